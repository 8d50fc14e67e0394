import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{readPublicKey,toSigningKey,verifyWithKey}from"./chunk-GQNGQZLI.js";import"./chunk-ABZBNJLJ.js";import"./chunk-5NX5XPNV.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{readPublicKey,toSigningKey,verifyWithKey};
