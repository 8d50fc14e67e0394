import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{bakeReader}from"./re2js.shared.js";import"./node.shared.js";import"./defined-builds.shared.js";import"./render-evidence.shared.js";import"./dockerfile-limits.shared.js";import"./visible.shared.js";import"./runtime.shared.js";export{bakeReader};
