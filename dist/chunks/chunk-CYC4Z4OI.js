import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
function present(value,from,lookedIn){return{status:"present",value,from,...lookedIn===void 0?{}:{lookedIn}}}export{present};
