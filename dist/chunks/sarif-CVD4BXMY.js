import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{checkSarif}from"./chunk-G2TTHH7L.js";import"./chunk-FX3VEILW.js";import"./chunk-YQUGN7TM.js";import"./chunk-MIMXPQVT.js";import"./chunk-ABZBNJLJ.js";import"./chunk-MSDA5R3I.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{checkSarif};
