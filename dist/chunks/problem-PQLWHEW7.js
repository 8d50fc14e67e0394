import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{formatKey,formatProblem,withVisibleText}from"./chunk-IKOR2ECG.js";import"./chunk-ABZBNJLJ.js";import"./chunk-G3QB5AZE.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{formatKey,formatProblem,withVisibleText};
