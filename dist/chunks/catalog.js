import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{attests,isListedHost,loadCatalog,publisherOf}from"./catalog.generated.shared.js";import"./pattern.shared.js";import"./build.shared.js";import"./dockerfile-limits.shared.js";import"./runtime.shared.js";export{attests,isListedHost,loadCatalog,publisherOf};
