import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{verdictSign}from"./chunk-47UI7AZU.js";import{block,inline,prose}from"./chunk-OYANFUUH.js";import{cut}from"./chunk-JSQVWM4W.js";var MAX_TITLE=60,MAX_CHARACTERS=4096;function stopMarkdown({message,remedy},{title}={}){let name=title===void 0?"Base images":`Base images, ${inline(cut(title,MAX_TITLE))}`;return`${`### ${verdictSign("indeterminate")} ${name}: indeterminate \xB7 nothing was decided`}

${paragraphs(message)}

\u{1F449} ${paragraphs(remedy,"yaml")}`}function paragraphs(text,language=""){let[sentence="",...lines]=cut(text,MAX_CHARACTERS).split(`
`),rest=lines.join(`
`).replace(/^\n+/,"");return rest===""?prose(sentence):`${prose(sentence)}

${block(rest,language)}`}export{stopMarkdown,paragraphs};
