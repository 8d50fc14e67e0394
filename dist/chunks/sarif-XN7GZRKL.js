import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{checkSarif}from"./chunk-EU4L4IMY.js";import"./chunk-HPJKL22U.js";import"./chunk-7BXXSSSZ.js";import"./chunk-SOHVHQDH.js";import"./chunk-7VTJH5GM.js";import"./chunk-MIMXPQVT.js";import"./chunk-YZASLWB7.js";export{checkSarif};
