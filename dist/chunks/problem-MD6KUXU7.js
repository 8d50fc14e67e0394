import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{formatKey,formatProblem}from"./chunk-J63G7U7C.js";import"./chunk-YZASLWB7.js";export{formatKey,formatProblem};
