import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{loadTrustedRoot}from"./chunk-AWVHFBCE.js";import"./chunk-2X2PWXY7.js";import"./chunk-YT5KATNJ.js";import"./chunk-WZI2GGRH.js";import"./chunk-XQHTRWRT.js";import"./chunk-KR7AFYB7.js";import"./chunk-YZASLWB7.js";export{loadTrustedRoot};
