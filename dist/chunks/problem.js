import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{formatKey,formatProblem,withVisibleText}from"./problem.shared.js";import"./cli-definitions.shared.js";import"./runtime.shared.js";export{formatKey,formatProblem,withVisibleText};
