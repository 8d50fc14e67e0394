const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{junit,junitCases}from"./junit.shared.js";import"./xml.shared.js";import"./tally.shared.js";import"./cli-definitions.shared.js";export{junit,junitCases};
