import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{checkSarif}from"./sarif.shared.js";import"./rule-description.shared.js";import"./findings.shared.js";import"./markdown.shared.js";import"./verdict.shared.js";import"./build.shared.js";import"./dockerfile-limits.shared.js";import"./runtime.shared.js";export{checkSarif};
