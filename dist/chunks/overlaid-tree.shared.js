import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{ok}from"./cli-definitions.shared.js";function overlaidTree(tree,contents){return{name:tree.name,entries:()=>tree.entries(),read:async(path,maxBytes)=>{let content=contents.get(path);return content===void 0?await tree.read(path,maxBytes):ok(content)}}}export{overlaidTree};
