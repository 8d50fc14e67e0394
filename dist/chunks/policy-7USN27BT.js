import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{codeFrame}from"./chunk-6W4NWDVI.js";import{loadCatalogue}from"./chunk-BHP34NUH.js";import"./chunk-SNUS6CXK.js";import"./chunk-R3WHRZ6Z.js";import"./chunk-ABZBNJLJ.js";import{checkPolicyFile,defineCommand,paint,plural}from"./chunk-LKGPHXUW.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";import{readFile}from"node:fs/promises";import{resolve}from"node:path";var USAGE=`Usage: base-image-gate policy validate FILE
       base-image-gate policy init [DIR]

validate checks a policy file: exit code 0, or 3 with every problem's file, line, column and what was expected.
init prints a policy proposed from what the build files below DIR (default: this folder) use today.
`,policyCommand=defineCommand({name:"policy",usage:USAGE,options:{},arguments:2},async({positionals,io})=>{let[verb,argument]=positionals;return verb==="validate"&&argument!==void 0?await validate(argument,io):verb==="init"?await(await import("./policy-init-RCKYEZ3O.js")).initPolicy(argument??".",io):(io.stderr(`policy: Expected "validate FILE" or "init [DIR]".

${USAGE}`),3)});async function validate(file,io){let path=resolve(io.cwd,file),checked=await checkPolicyFile(path,loadCatalogue(),io);if(typeof checked=="string")return io.stderr(checked),3;for(let problem of checked.problems){let place=checked.pathOf(problem.file),text=place===null?null:await readFile(place).then(decode,()=>null);io.stderr(described(problem,place===path?file:problem.file,text,io))}let errors=checked.problems.filter(({severity})=>severity==="error").length,warnings=checked.problems.length-errors,tally=`${plural(errors,"error")}, ${plural(warnings,"warning")}`;return io.stdout(errors>0?`${file} can't be applied: ${tally}.
`:`${file} is valid: ${tally}.
`),errors>0?3:0}function decode(bytes){return new TextDecoder().decode(bytes)}function described(problem,file,text,io){let colours=paint(io.colour&&io.progress),mark=problem.severity==="error"?colours.red:colours.yellow,frame=text===null?[]:codeFrame(text,problem,{width:io.columns,paint:colours,mark});return`${[`${file}:${problem.line}:${problem.column}: ${mark(problem.severity)}: ${problem.message}`,...frame,...problem.expected===void 0?[]:[`  expected: ${problem.expected}`],...problem.fix===void 0?[]:[`  fix: ${problem.fix}`]].join(`
`)}

`}export{policyCommand};
