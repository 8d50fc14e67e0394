const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{wrongUsage}from"./cli-definitions.shared.js";function refuse(command,{kind,message},io){return kind==="policy"?io.stderr(message):io.stderr(kind==="usage"?wrongUsage(command,message,io):`${command}: ${message}
`),3}export{refuse};
