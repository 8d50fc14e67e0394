const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{err}from"./cli-definitions.shared.js";function refuse(check,reason){return err({check,reason})}export{refuse};
