const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{verificationSummaries}from"./verification-summaries.shared.js";import"./export-target.shared.js";import"./verified-references.shared.js";import"./digest.shared.js";import"./cli-definitions.shared.js";export{verificationSummaries};
