import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{needed,withoutEvidence}from"./without-evidence.shared.js";import"./words.shared.js";import"./cli-definitions.shared.js";import"./runtime.shared.js";export{needed,withoutEvidence};
