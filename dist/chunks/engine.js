const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{readingOf}from"./engine.shared.js";import"./cli-definitions.shared.js";export{readingOf};
