import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{loadTrustedRoot}from"./chunk-PAZBCRLT.js";import"./chunk-2X2PWXY7.js";import"./chunk-5ALPOMGZ.js";import"./chunk-WZI2GGRH.js";import"./chunk-25XXUV3C.js";import"./chunk-KR7AFYB7.js";import"./chunk-YZASLWB7.js";export{loadTrustedRoot};
