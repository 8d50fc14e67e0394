import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{createClient}from"./chunk-MAQRP2K4.js";import"./chunk-UWPHWEF3.js";import"./chunk-JQALJYFE.js";import"./chunk-RMPEGCAK.js";import"./chunk-KR7AFYB7.js";import"./chunk-YZASLWB7.js";export{createClient};
