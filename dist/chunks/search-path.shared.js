import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
function searchPathOf(env){let path=env.findLast(line=>line.startsWith("PATH="));return path===void 0?[]:path.slice(5).split(":")}export{searchPathOf};
