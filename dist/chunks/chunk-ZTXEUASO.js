import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
function optionalField(key,value){return value===void 0?{}:{[key]:value}}export{optionalField};
