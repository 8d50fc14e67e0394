import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{exitCodeOf,verdictOf}from"./verdict.shared.js";import"./runtime.shared.js";export{exitCodeOf,verdictOf};
