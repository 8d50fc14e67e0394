import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{verifiedPublishers,withDefaultAllowlist}from"./chunk-ILMKW2WK.js";import"./chunk-YZASLWB7.js";export{verifiedPublishers,withDefaultAllowlist};
