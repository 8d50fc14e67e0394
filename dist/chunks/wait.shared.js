const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
const{setTimeout}=__builtin("node:timers/promises");
var wait=milliseconds=>setTimeout(milliseconds);export{wait};
