import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{bakeReader}from"./re2js.shared.js";import"./build.shared.js";import"./dockerfile-limits.shared.js";import"./build-command.shared.js";import"./runtime.shared.js";export{bakeReader};
