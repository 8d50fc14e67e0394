const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{attests,hostsOf,isListedHost,loadCatalog,publisherOf}from"./catalog.generated.shared.js";import"./pattern.shared.js";import"./cli-definitions.shared.js";export{attests,hostsOf,isListedHost,loadCatalog,publisherOf};
