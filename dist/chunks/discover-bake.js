import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{bakeFiles,isBakeFile}from"./discover-bake.shared.js";import"./yaml-fields.shared.js";import"./cli-definitions.shared.js";import"./runtime.shared.js";export{bakeFiles,isBakeFile};
