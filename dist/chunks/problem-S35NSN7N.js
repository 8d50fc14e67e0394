import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{formatKey,formatProblem,withVisibleText}from"./chunk-EQPRMMVW.js";import"./chunk-ABZBNJLJ.js";import"./chunk-5NX5XPNV.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{formatKey,formatProblem,withVisibleText};
