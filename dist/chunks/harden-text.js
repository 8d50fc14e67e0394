const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{plural,terminal}from"./cli-definitions.shared.js";function hardenedText(files,written){let lines=files.flatMap(({replaced})=>replaced.flatMap(({use,image,notes})=>[`${place(use)} ${terminal(use.written)} -> ${terminal(image)}
`,...notes.map(note=>`  look at: ${terminal(note)}
`)])),count=files.reduce((sum,{replaced})=>sum+replaced.length,0),touched=files.filter(({replaced})=>replaced.length>0).length;if(count===0)return`Nothing was rewritten.
`;let done=`${plural(count,"image")} in ${plural(touched,"build file")}`;return`${lines.join("")}${written?`Replaced ${done}.`:`Would replace ${done}; --write writes them, --diff shows the lines.`}
`}function leftStagesText(left,comment=""){return left.map(({use,reason})=>`${comment}${place(use)} ${terminal(use.written)} is left as it is: ${sentence(reason)}
`).join("")}function notesText({replaced},comment){return replaced.flatMap(({use,notes})=>notes.map(note=>`${comment}${place(use)} ${sentence(note)}
`)).join("")}function sentence(reason){let text=terminal(reason);return/[.!?]$/.test(text)?text:`${text}.`}function place({file,line,column}){return`${terminal(file)}:${line}:${column}`}export{hardenedText,leftStagesText,notesText};
