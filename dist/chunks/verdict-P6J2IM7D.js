import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{exitCodeOf,verdictOf}from"./chunk-MIMXPQVT.js";import"./chunk-YZASLWB7.js";export{exitCodeOf,verdictOf};
