import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{formatKey,formatProblem,withVisibleText}from"./chunk-DBI3HICD.js";import"./chunk-SOHVHQDH.js";import"./chunk-YZASLWB7.js";export{formatKey,formatProblem,withVisibleText};
