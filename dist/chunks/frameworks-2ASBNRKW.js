import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{ASKS_THE_OPERATOR,FRAMEWORKS,FRAMEWORK_TITLES,OUT_OF_SIGHT,requirementsOf}from"./chunk-W675SJFQ.js";import"./chunk-KD3TXUUY.js";import"./chunk-YZASLWB7.js";export{ASKS_THE_OPERATOR,FRAMEWORKS,FRAMEWORK_TITLES,OUT_OF_SIGHT,requirementsOf};
