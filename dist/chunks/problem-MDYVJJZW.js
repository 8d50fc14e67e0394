import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{formatKey,formatProblem,withVisibleText}from"./chunk-T64H5FB5.js";import"./chunk-ABZBNJLJ.js";import"./chunk-MSDA5R3I.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{formatKey,formatProblem,withVisibleText};
