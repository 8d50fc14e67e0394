const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
const{createHash}=__builtin("node:crypto");
function fingerprintOf(parts){let key=JSON.stringify([parts.file,parts.rule,parts.aspect??null,parts.expanded??null,parts.ordinal]);return createHash("sha256").update(key).digest("hex").slice(0,32)}export{fingerprintOf};
