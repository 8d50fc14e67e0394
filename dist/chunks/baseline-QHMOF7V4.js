import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{builtInPolicy}from"./chunk-OTE65X3A.js";import"./chunk-YZASLWB7.js";export{builtInPolicy};
