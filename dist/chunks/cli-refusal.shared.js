import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{wrongUsage}from"./cli-definitions.shared.js";function refuse(command,{kind,message},io){return kind==="policy"?io.stderr(message):io.stderr(kind==="usage"?wrongUsage(command,message,io):`${command}: ${message}
`),3}export{refuse};
