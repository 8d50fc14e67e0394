const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{isOfRemoteTrigger,readAgain}from"./read-again.shared.js";import"./overlaid-tree.shared.js";import"./cli-definitions.shared.js";export{isOfRemoteTrigger,readAgain};
