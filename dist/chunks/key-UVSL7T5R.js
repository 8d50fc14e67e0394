import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{readPublicKey,toSigningKey,verifyWithKey}from"./chunk-AARQ52UY.js";import"./chunk-ABZBNJLJ.js";import"./chunk-G3QB5AZE.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{readPublicKey,toSigningKey,verifyWithKey};
