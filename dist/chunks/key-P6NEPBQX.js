import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{readPublicKey,toSigningKey,verifyWithKey}from"./chunk-5UDBR5FL.js";import"./chunk-ABZBNJLJ.js";import"./chunk-JBNZOEU5.js";import"./chunk-2BJKV4DF.js";import"./chunk-YZASLWB7.js";export{readPublicKey,toSigningKey,verifyWithKey};
