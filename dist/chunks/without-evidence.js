const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{needed,withoutEvidence}from"./without-evidence.shared.js";import"./words.shared.js";import"./cli-definitions.shared.js";export{needed,withoutEvidence};
