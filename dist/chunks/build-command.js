import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{buildsInScript}from"./build-command.shared.js";import"./runtime.shared.js";export{buildsInScript};
