import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{readPublicKey,toSigningKey,verifyWithKey}from"./chunk-SAZ3G2IV.js";import"./chunk-ABZBNJLJ.js";import"./chunk-JSQVWM4W.js";import"./chunk-2BJKV4DF.js";import"./chunk-YZASLWB7.js";export{readPublicKey,toSigningKey,verifyWithKey};
