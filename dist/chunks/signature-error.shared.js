import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
function isUnknownToRoot(code){return code==="unknown-log"||code==="unknown-authority"}function signatureError(code,reason){return{code,reason}}export{isUnknownToRoot,signatureError};
