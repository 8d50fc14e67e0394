import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{composeProjects,isComposeFile}from"./environment-file.shared.js";import"./interpolation.shared.js";import"./runtime.shared.js";export{composeProjects,isComposeFile};
