import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{STORE_TYPES,readStoreFile,toPem}from"./trust-store.shared.js";import"./pem.shared.js";import"./chain.shared.js";import"./asn1js.shared.js";import"./cli-definitions.shared.js";import"./runtime.shared.js";export{STORE_TYPES,readStoreFile,toPem};
