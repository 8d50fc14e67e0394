const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
function searchPathOf(env){let path=env.findLast(line=>line.startsWith("PATH="));return path===void 0?[]:path.slice(5).split(":")}export{searchPathOf};
