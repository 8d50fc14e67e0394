import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{version}from"./chunk-LMP6SYFJ.js";import"./chunk-YZASLWB7.js";export{version};
