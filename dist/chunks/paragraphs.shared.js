const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
function*readParagraphs(text,onRepeated=()=>{}){let current=null,last="";for(let raw of text.split(`
`)){let line=raw.trimEnd();if(line===""){current!==null&&(yield current),current=null;continue}if(current??=new Map,line[0]===" "||line[0]==="	"){let before=current.get(last);before!==void 0&&current.set(last,`${before}
${line.trim()}`);continue}let colon=line.indexOf(":");colon<=0||(last=line.slice(0,colon).toLowerCase(),current.has(last)?onRepeated(last,current):current.set(last,line.slice(colon+1).trim()))}current!==null&&(yield current)}export{readParagraphs};
