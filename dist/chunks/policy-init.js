import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{POLICY_SCHEMA_URL,initPolicy}from"./propose.shared.js";import"./catalog.generated.shared.js";import"./pattern.shared.js";import"./build.shared.js";import"./dockerfile-limits.shared.js";import"./runtime.shared.js";export{POLICY_SCHEMA_URL,initPolicy};
