import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{version}from"./package.shared.js";import"./runtime.shared.js";export{version};
