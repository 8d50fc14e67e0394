import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{checkDocument,checkJson}from"./chunk-GXXPDI26.js";import"./chunk-PQ2PNK64.js";import"./chunk-ABZBNJLJ.js";import"./chunk-5NX5XPNV.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{checkDocument,checkJson};
