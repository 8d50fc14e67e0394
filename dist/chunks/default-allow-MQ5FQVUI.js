import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{verifiedPublishers,withDefaultAllowList}from"./chunk-I5LSEHZC.js";import"./chunk-YZASLWB7.js";export{verifiedPublishers,withDefaultAllowList};
