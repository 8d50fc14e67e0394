import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{formatKey,formatProblem,withVisibleText}from"./problem.shared.js";import"./build.shared.js";import"./dockerfile-limits.shared.js";import"./build-command.shared.js";import"./runtime.shared.js";export{formatKey,formatProblem,withVisibleText};
