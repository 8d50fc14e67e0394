const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{bakeFiles,isBakeFile}from"./discover-bake.shared.js";import"./yaml-fields.shared.js";import"./cli-definitions.shared.js";export{bakeFiles,isBakeFile};
