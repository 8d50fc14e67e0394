import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{checkSarif}from"./chunk-RPCZPW6O.js";import"./chunk-FX3VEILW.js";import"./chunk-RVVPPFPX.js";import"./chunk-MIMXPQVT.js";import"./chunk-ABZBNJLJ.js";import"./chunk-5NX5XPNV.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{checkSarif};
