import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{createClient}from"./chunk-2HWE6OCB.js";import"./chunk-UWPHWEF3.js";import"./chunk-PPS5HKPG.js";import"./chunk-JQALJYFE.js";import"./chunk-4KRQKCGD.js";import"./chunk-KR7AFYB7.js";import"./chunk-YZASLWB7.js";export{createClient};
