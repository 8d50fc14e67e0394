import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{PUBLIC_GOOD_ROOT}from"./public-good-root.shared.js";import"./runtime.shared.js";export{PUBLIC_GOOD_ROOT};
