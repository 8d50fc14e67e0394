import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{verifiedPublishers,withDefaultAllowlist}from"./default-allow.shared.js";import"./runtime.shared.js";export{verifiedPublishers,withDefaultAllowlist};
