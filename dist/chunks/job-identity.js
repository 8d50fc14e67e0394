const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{analysisCategory,identify}from"./job-identity.shared.js";import"./comment-parts.shared.js";import"./cli-definitions.shared.js";export{analysisCategory,identify};
