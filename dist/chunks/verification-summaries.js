import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{verificationSummaries}from"./verification-summaries.shared.js";import"./export-target.shared.js";import"./verified-references.shared.js";import"./digest.shared.js";import"./cli-definitions.shared.js";import"./runtime.shared.js";export{verificationSummaries};
