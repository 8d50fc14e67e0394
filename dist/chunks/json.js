import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{checkJson}from"./json.shared.js";import"./evidence-document.shared.js";import"./withheld.shared.js";import"./environment-facts.shared.js";import"./tokens.shared.js";import"./zod.shared.js";import"./cli-definitions.shared.js";import"./runtime.shared.js";export{checkJson};
