import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{createClient}from"./chunk-XNYGJBTF.js";import"./chunk-UWPHWEF3.js";import"./chunk-PPS5HKPG.js";import"./chunk-JQALJYFE.js";import"./chunk-3Y4AF7HI.js";import"./chunk-KR7AFYB7.js";import"./chunk-YZASLWB7.js";export{createClient};
