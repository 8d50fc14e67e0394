import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{readPublicKey,toSigningKey,verifyWithKey}from"./chunk-I3L34JJR.js";import"./chunk-ABZBNJLJ.js";import"./chunk-LKGPHXUW.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{readPublicKey,toSigningKey,verifyWithKey};
