import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{composeReader,readComposeProject}from"./project.shared.js";import"./environment-file.shared.js";import"./runtime.shared.js";export{composeReader,readComposeProject};
