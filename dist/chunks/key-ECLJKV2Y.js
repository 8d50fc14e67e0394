import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{readPublicKey,toSigningKey,verifyWithKey}from"./chunk-I72H7JAV.js";import"./chunk-ABZBNJLJ.js";import"./chunk-QIRJAHHH.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{readPublicKey,toSigningKey,verifyWithKey};
