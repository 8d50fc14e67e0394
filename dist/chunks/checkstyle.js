const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{xmlTag}from"./xml.shared.js";import{groupBy}from"./cli-definitions.shared.js";var SEVERITIES={error:"error",warning:"warning",note:"info"};function*checkstyle(report){let findings=report.findings.filter(({waiver})=>waiver===void 0);yield`<?xml version="1.0" encoding="UTF-8"?>
<checkstyle version="10.0">
`;for(let[file,found]of groupBy(findings,({location})=>location.file))yield[xmlTag("file",{name:file}),...found.map(errorElement),`</file>
`].join(`
`);yield`</checkstyle>
`}function errorElement({rule,level,message,fix,location}){let attributes={line:location.line,column:location.column,severity:SEVERITIES[level],message:fix===void 0?message:`${message} Fix: ${fix}`,source:`base-image-gate.${rule}`};return xmlTag("error",attributes,{empty:!0})}export{checkstyle};
