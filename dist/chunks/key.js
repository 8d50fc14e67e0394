import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{keyFingerprint,readPublicKey,toSigningKey,verifyWithKey}from"./key.shared.js";import"./asn1js.shared.js";import"./cli-definitions.shared.js";import"./runtime.shared.js";export{keyFingerprint,readPublicKey,toSigningKey,verifyWithKey};
