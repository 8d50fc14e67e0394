import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{formatKey,formatProblem,withVisibleText}from"./chunk-WSMZ4XMP.js";import"./chunk-ABZBNJLJ.js";import"./chunk-LKGPHXUW.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{formatKey,formatProblem,withVisibleText};
