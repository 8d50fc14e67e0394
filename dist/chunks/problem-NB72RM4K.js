import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{formatKey,formatProblem,withVisibleText}from"./chunk-IWK4KDVW.js";import"./chunk-ABZBNJLJ.js";import"./chunk-QIRJAHHH.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{formatKey,formatProblem,withVisibleText};
