import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{readPublicKey,toSigningKey,verifyWithKey}from"./chunk-7ZBYGRCB.js";import"./chunk-ABZBNJLJ.js";import"./chunk-IO5E5N2K.js";import"./chunk-2BJKV4DF.js";import"./chunk-YZASLWB7.js";export{readPublicKey,toSigningKey,verifyWithKey};
