const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{PUBLIC_GOOD_ROOT}from"./public-good-root.shared.js";export{PUBLIC_GOOD_ROOT};
