const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{exitCodeOf,verdictOf}from"./verdict.shared.js";export{exitCodeOf,verdictOf};
