import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
function describeSigner(signer){return signer.kind==="keyless"?`${signer.subject} (issuer ${signer.issuer})`:`the key ${signer.name}`}export{describeSigner};
