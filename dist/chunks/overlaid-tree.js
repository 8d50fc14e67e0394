const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{overlaidTree}from"./overlaid-tree.shared.js";import"./cli-definitions.shared.js";export{overlaidTree};
