import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
function placeOf({file,line,column,endLine,endColumn}){return{file,line,column,endLine,endColumn}}function startOfLine(file,line){return{file,line,column:1,endLine:line,endColumn:1}}var ROLES=["final","build","copy","frontend"];export{placeOf,startOfLine,ROLES};
