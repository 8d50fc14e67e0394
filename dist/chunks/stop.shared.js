const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{block,inline,prose}from"./markdown.shared.js";import{cut}from"./cli-definitions.shared.js";var MAX_TITLE=60,MAX_CHARACTERS=4096;function stopMarkdown({message,fix},{title}={}){return`${`### \u2753 ${title===void 0?"Base images":`Base images, ${inline(cut(title,MAX_TITLE))}`}: indeterminate \xB7 nothing was decided`}

${paragraphs(message)}

\u{1F449} ${paragraphs(fix,"yaml")}`}function paragraphs(text,language=""){let[sentence="",...lines]=cut(text,MAX_CHARACTERS).split(`
`),rest=lines.join(`
`).replace(/^\n+/,"");return rest===""?prose(sentence):`${prose(sentence)}

${block(rest,language)}`}export{stopMarkdown,paragraphs};
