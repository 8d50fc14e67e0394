import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{buildsInScript}from"./build-command.shared.js";import"./shell-commands.shared.js";import"./cli-definitions.shared.js";import"./runtime.shared.js";export{buildsInScript};
