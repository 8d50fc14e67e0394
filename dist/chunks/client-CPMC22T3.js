import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{createClient}from"./chunk-XZYAK4KY.js";import"./chunk-2M5P2ERB.js";import"./chunk-JQALJYFE.js";import"./chunk-JP3RVLK3.js";import"./chunk-KR7AFYB7.js";import"./chunk-YZASLWB7.js";export{createClient};
