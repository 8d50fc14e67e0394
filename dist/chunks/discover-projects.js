const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{composeProjects,isComposeFile}from"./environment-file.shared.js";import"./interpolation.shared.js";export{composeProjects,isComposeFile};
