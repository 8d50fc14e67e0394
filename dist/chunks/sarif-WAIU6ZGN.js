import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{checkSarif}from"./chunk-G56QTKFE.js";import"./chunk-HPJKL22U.js";import"./chunk-7BXXSSSZ.js";import"./chunk-SOHVHQDH.js";import"./chunk-FX3VEILW.js";import"./chunk-MIMXPQVT.js";import"./chunk-YZASLWB7.js";export{checkSarif};
