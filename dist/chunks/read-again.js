import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{isOfRemoteTrigger,readAgain}from"./read-again.shared.js";import"./overlaid-tree.shared.js";import"./cli-definitions.shared.js";import"./runtime.shared.js";export{isOfRemoteTrigger,readAgain};
