import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{DEFAULT_MAX_WAIVER_DAYS,builtInPolicy}from"./chunk-YITIEEKH.js";import"./chunk-YZASLWB7.js";export{DEFAULT_MAX_WAIVER_DAYS,builtInPolicy};
