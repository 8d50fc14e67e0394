import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{EVIDENCE_FORMATS,renderEvidence}from"./render-evidence.shared.js";import"./runtime.shared.js";export{EVIDENCE_FORMATS,renderEvidence};
