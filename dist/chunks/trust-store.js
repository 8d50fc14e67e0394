const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{STORE_TYPES,readStoreFile,toPem}from"./trust-store.shared.js";import"./pem.shared.js";import"./chain.shared.js";import"./asn1js.shared.js";import"./cli-definitions.shared.js";export{STORE_TYPES,readStoreFile,toPem};
