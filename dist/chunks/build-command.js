const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{buildsInScript}from"./build-command.shared.js";import"./shell-commands.shared.js";import"./cli-definitions.shared.js";export{buildsInScript};
