import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{readArguments}from"./chunk-XNRMYDZP.js";function defineCommand({name,usage,options,arguments:most},run){return async(args,io)=>{let wrong=message=>(io.stderr(`${name}: ${message}

${usage}`),3);if(args.includes("--help")||args.includes("-h"))return io.stdout(usage),0;let parsed=readArguments(args,options,most);return parsed.ok?await run({values:parsed.value.values,positionals:parsed.value.positionals,io,wrong}):wrong(parsed.error)}}export{defineCommand};
