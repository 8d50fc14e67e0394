import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
function keptBytes(tree,path){return tree.resolve(path)?.content?.bytes}function keptText(tree,path){let bytes=keptBytes(tree,path);return bytes===void 0?void 0:Buffer.from(bytes).toString("utf8")}export{keptBytes,keptText};
