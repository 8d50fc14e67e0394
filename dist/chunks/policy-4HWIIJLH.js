import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{codeFrame}from"./chunk-LRBXM62Q.js";import"./chunk-SPD4C7TM.js";import{paint}from"./chunk-AD5T3D2A.js";import"./chunk-SOHVHQDH.js";import{defineCommand}from"./chunk-4BVED7Y7.js";import"./chunk-XNRMYDZP.js";import{checkPolicyFile}from"./chunk-CSVD6JS2.js";import"./chunk-EE7U3PT4.js";import{loadCatalogue}from"./chunk-2JJXVOHM.js";import"./chunk-5KNVIHKP.js";import"./chunk-SCE5KPVW.js";import"./chunk-ITXIXLUB.js";import"./chunk-6R5URQ75.js";import"./chunk-KR7AFYB7.js";import"./chunk-YZASLWB7.js";import{readFile}from"node:fs/promises";import{resolve}from"node:path";var USAGE=`Usage: base-image-gate policy validate FILE
       base-image-gate policy init [DIR]

validate checks a policy file: exit code 0, or 3 with every problem's file, line, column and what was expected.
init prints a policy proposed from what the build files below DIR (default: this folder) use today.
`,policyCommand=defineCommand({name:"policy",usage:USAGE,options:{},arguments:2},async({positionals,io})=>{let[verb,argument]=positionals;return verb==="validate"&&argument!==void 0?await validate(argument,io):verb==="init"?await(await import("./policy-init-435JZQQ3.js")).initPolicy(argument??".",io):(io.stderr(`policy: Expected "validate FILE" or "init [DIR]".

${USAGE}`),3)});async function validate(file,io){let path=resolve(io.cwd,file),checked=await checkPolicyFile(path,loadCatalogue());if(typeof checked=="string")return io.stderr(checked),3;for(let problem of checked.problems){let place=checked.pathOf(problem.file),text=place===null?null:await readFile(place).then(decode,()=>null);io.stderr(described(problem,place===path?file:problem.file,text,io))}let errors=checked.problems.filter(({severity})=>severity==="error").length,warnings=checked.problems.length-errors,tally=`${count(errors,"error")}, ${count(warnings,"warning")}`;return io.stdout(errors>0?`${file} can't be applied: ${tally}.
`:`${file} is valid: ${tally}.
`),errors>0?3:0}function decode(bytes){return new TextDecoder().decode(bytes)}function described(problem,file,text,io){let colours=paint(io.colour&&io.progress),mark=problem.severity==="error"?colours.red:colours.yellow,frame=text===null?[]:codeFrame(text,problem,{width:io.columns,paint:colours,mark});return`${[`${file}:${problem.line}:${problem.column}: ${mark(problem.severity)}: ${problem.message}`,...frame,...problem.expected===void 0?[]:[`  expected: ${problem.expected}`],...problem.fix===void 0?[]:[`  fix: ${problem.fix}`]].join(`
`)}

`}function count(number,noun){return`${number} ${noun}${number===1?"":"s"}`}export{policyCommand};
