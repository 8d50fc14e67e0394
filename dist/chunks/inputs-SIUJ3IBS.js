import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{DEFAULT_POLICY_PATH,readInputs,readReportInputs,secretsOf}from"./chunk-JJFSUBUV.js";import"./chunk-F3GF5S3R.js";import"./chunk-SCE5KPVW.js";import"./chunk-KR7AFYB7.js";import"./chunk-YZASLWB7.js";export{DEFAULT_POLICY_PATH,readInputs,readReportInputs,secretsOf};
