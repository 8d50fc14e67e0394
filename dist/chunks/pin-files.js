import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{pinFiles}from"./pin-files.shared.js";import"./pin-place.shared.js";import"./cli-definitions.shared.js";import"./runtime.shared.js";export{pinFiles};
