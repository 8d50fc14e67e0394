import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{attests,hostsOf,isListedHost,loadCatalog,publisherOf}from"./catalog.generated.shared.js";import"./pattern.shared.js";import"./cli-definitions.shared.js";import"./runtime.shared.js";export{attests,hostsOf,isListedHost,loadCatalog,publisherOf};
