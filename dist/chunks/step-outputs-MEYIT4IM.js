import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{SUMMARY_LIMIT}from"./chunk-M5LEZCKP.js";import"./chunk-VB2ODG2K.js";import"./chunk-V5IZWZWC.js";import"./chunk-FX3VEILW.js";import"./chunk-FLFIPTYK.js";import"./chunk-GCBBTQR3.js";import{block,prose}from"./chunk-G3VTXJM2.js";import"./chunk-QXJI6VSM.js";import{error,info,setOutput,warning}from"./chunk-XXSYTRXM.js";import"./chunk-LZ3REH2O.js";import"./chunk-ABZBNJLJ.js";import{cut,visible,visibleLines}from"./chunk-LKGPHXUW.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";import{appendFile,mkdtemp,writeFile}from"node:fs/promises";import{tmpdir}from"node:os";import{join}from"node:path";var SUMMARY_RESERVE=64*1024,MAX_LOG_LINE=4096;async function showReport(step,{report,renderers,evidence},publish){let{shown,left}=renderers.annotations(report);for(let{level,message,...place}of shown)level==="error"?error(message,place):warning(message,place);let summary=renderers.summary(report,{annotationsLeft:left,limit:SUMMARY_LIMIT-SUMMARY_RESERVE}),problems=[],reports={"report.json":()=>renderers.json(report),"report.sarif":()=>renderers.sarif(report),"report.md":()=>summary},files=await writeReports(step.env,reports,evidence);files.ok||problems.push(files.shortfall);let told=report.findings.filter(({level,waiver})=>level!=="note"&&waiver===void 0),written=setOutputs({verdict:report.verdict,findings:String(told.length),"report-json":files.ok?files.paths["report.json"]:"","report-sarif":files.ok?files.paths["report.sarif"]:"","report-markdown":files.ok?files.paths["report.md"]:""});written!==null&&problems.push(written),problems.push(...await publish());let summarised=await appendSummary(step.summaryPath,`${summary}${shortfallSection(problems)}`);summarised!==null&&problems.push(summarised);for(let{message,remedy}of problems)logLine(info,`${message} ${remedy}`)}async function showNothing(step,message){logLine(info,message),setOutputs({verdict:"pass",findings:"0"}),await appendSummary(step.summaryPath,`## Base images: nothing to judge

${prose(message)}
`)}async function showStop(step,{message,remedy}){error(cut(visibleLines(`${message}
${remedy}`),MAX_LOG_LINE),{title:"Base images: nothing was decided"}),setOutputs({verdict:"indeterminate",findings:"0"}),await appendSummary(step.summaryPath,`## Base images: indeterminate

${prose(message)}

${prose(remedy)}
`)}async function showPosted(step,outcome){let text=outcome.ok?outcome.value:outcome.error;outcome.ok?logLine(info,text):error(cut(visibleLines(text),MAX_LOG_LINE),{title:"Base images: the report was not posted"});let title=outcome.ok?"report of another run":"the report was not posted";await appendSummary(step.summaryPath,`## Base images: ${title}

${paragraphs(text)}
`)}function paragraphs(text){let[sentence="",...lines]=text.split(`

`);return lines.length===0?prose(sentence):`${prose(sentence)}

${block(lines.join(`

`),"yaml")}`}async function writeReports(env,reports,beside){try{let directory=await mkdtemp(join(env.temporaryDirectory||tmpdir(),"base-image-gate-")),paths=Object.keys(reports).map(name=>[name,join(directory,name)]);for(let[name,path]of paths)await writeFile(path,reports[name](),{mode:420});for(let[name,text]of Object.entries(beside))await writeFile(join(directory,name),text,{mode:420});return{ok:!0,paths:Object.fromEntries(paths)}}catch(error2){return{ok:!1,shortfall:notWritten("the reports","RUNNER_TEMP",error2)}}}function setOutputs(outputs){try{for(let[name,value]of Object.entries(outputs))setOutput(name,value);return null}catch(error2){return notWritten("the outputs","GITHUB_OUTPUT",error2)}}async function appendSummary(path,markdown){if(path===void 0||path==="")return null;try{return await appendFile(path,markdown),null}catch(error2){return notWritten("the job summary","GITHUB_STEP_SUMMARY",error2)}}function notWritten(what,where,error2){let said=error2 instanceof Error?error2.message:String(error2);return{message:`Could not write ${what}: ${said}.`,remedy:`Make the place that ${where} names writable for this step.`}}function shortfallSection(shortfalls){return shortfalls.length===0?"":`
### What could not be shown

${shortfalls.map(({message,remedy})=>{let[sentence="",...lines]=remedy.split(`

`),code=lines.length===0?"":`

  \`\`\`yaml
  ${lines.join(`

`).replaceAll(`
`,`
  `)}
  \`\`\``;return`- ${prose(message)} ${prose(sentence)}${code}`}).join(`
`)}
`}function logLine(write,text){write(cut(visible(text),MAX_LOG_LINE))}export{showNothing,showPosted,showReport,showStop};
