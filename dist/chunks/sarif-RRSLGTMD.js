import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{checkSarif}from"./chunk-BDLG2O6G.js";import"./chunk-EFLXSE4L.js";import"./chunk-MIMXPQVT.js";import"./chunk-HPJKL22U.js";import"./chunk-4GDAJZCS.js";import"./chunk-SOHVHQDH.js";import"./chunk-YZASLWB7.js";export{checkSarif};
