import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
function paint(color){let sgr=(on,off)=>text=>color&&text!==""?`\x1B[${on}m${text}\x1B[${off}m`:text;return{bold:sgr(1,22),dim:sgr(2,22),red:sgr(31,39),yellow:sgr(33,39),green:sgr(32,39),blue:sgr(34,39)}}export{paint};
