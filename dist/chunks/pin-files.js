const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{pinFiles}from"./pin-files.shared.js";import"./pin-place.shared.js";import"./cli-definitions.shared.js";export{pinFiles};
