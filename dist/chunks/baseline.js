import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{builtInPolicy}from"./baseline.shared.js";import"./runtime.shared.js";export{builtInPolicy};
