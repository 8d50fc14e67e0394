const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
function isUnknownToRoot(code){return code==="unknown-log"||code==="unknown-authority"}function signatureError(code,reason){return{code,reason}}export{isUnknownToRoot,signatureError};
