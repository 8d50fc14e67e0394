import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{UNSEEN_IN_JSON,cut,cutMiddle,terminal,terminalLines,visible,visibleLines}from"./visible.shared.js";import"./runtime.shared.js";export{UNSEEN_IN_JSON,cut,cutMiddle,terminal,terminalLines,visible,visibleLines};
