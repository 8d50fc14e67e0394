const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{keyFingerprint,readPublicKey,toSigningKey,verifyWithKey}from"./key.shared.js";import"./asn1js.shared.js";import"./cli-definitions.shared.js";export{keyFingerprint,readPublicKey,toSigningKey,verifyWithKey};
