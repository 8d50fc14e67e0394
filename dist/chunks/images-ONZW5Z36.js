import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{BUILD_OPTIONS,defineCommand,findReadingPolicy,imagesJson,imagesText,judgedDirectory,openWorkingTree,readChoice,readRepository,readingOptions,tellUntracked}from"./chunk-JSQVWM4W.js";import"./chunk-2BJKV4DF.js";import"./chunk-YZASLWB7.js";var USAGE=`Usage: base-image-gate images [DIR] [--format text|json] [--build-arg NAME=VALUE]\u2026 [--build-context NAME=\u2026]\u2026
       [--platform OS/ARCH]\u2026 [--target STAGE] [--all-files]

Lists every image use of the build files below DIR (default: this directory), without any network.
Exit codes: 0, or 2 if a build file is unreadable, or 3 for wrong usage.
`,images=defineCommand({name:"images",usage:USAGE,options:{...BUILD_OPTIONS,format:{type:"string"}},arguments:1},async({values,positionals,io,wrong})=>{let format=readChoice("--format",values.format,["text","json"],"text");if(!format.ok)return wrong(format.error);let judged=judgedDirectory(positionals[0],io);if(!judged.ok)return io.stderr(`images: ${judged.error}
`),3;let directory=judged.value,tree=openWorkingTree(directory,{allFiles:values["all-files"]??!1}),policy=await findReadingPolicy(directory,io);if(!policy.ok)return io.stderr(policy.error),3;let options=readingOptions(values,io.env,policy.value);if(!options.ok)return wrong(options.error);let read=await readRepository(tree,options.value);return await tellUntracked(tree,!0,io),read.ok?(io.stdout(format.value==="json"?imagesJson(read.value):imagesText(read.value,{color:io.colour})),read.value.files.some(({status})=>status==="unreadable")?2:0):(io.stderr(`images: ${read.error.message} ${read.error.remedy}
`),3)});export{images};
