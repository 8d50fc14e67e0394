import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{checkSarif}from"./chunk-UFA44LYS.js";import"./chunk-FX3VEILW.js";import"./chunk-IYRXZCCO.js";import"./chunk-MIMXPQVT.js";import"./chunk-ABZBNJLJ.js";import"./chunk-ACRX7RLU.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{checkSarif};
