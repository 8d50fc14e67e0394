import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{formatKey,formatProblem,withVisibleText}from"./chunk-ML7UGLH4.js";import"./chunk-ABZBNJLJ.js";import"./chunk-JSQVWM4W.js";import"./chunk-2BJKV4DF.js";import"./chunk-YZASLWB7.js";export{formatKey,formatProblem,withVisibleText};
