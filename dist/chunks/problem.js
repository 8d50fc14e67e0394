const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{formatKey,formatProblem,withVisibleText}from"./problem.shared.js";import"./cli-definitions.shared.js";export{formatKey,formatProblem,withVisibleText};
