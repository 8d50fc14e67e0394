import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{loadTrustedRoot}from"./chunk-CB5AOKPI.js";import"./chunk-2X2PWXY7.js";import"./chunk-LD3RKVF5.js";import"./chunk-WZI2GGRH.js";import"./chunk-WSVIJILR.js";import"./chunk-KR7AFYB7.js";import"./chunk-YZASLWB7.js";export{loadTrustedRoot};
