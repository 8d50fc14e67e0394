import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{checkDocument,checkJson}from"./chunk-K5C3J7KY.js";import"./chunk-PQ2PNK64.js";import"./chunk-ABZBNJLJ.js";import"./chunk-ACRX7RLU.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{checkDocument,checkJson};
