import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{ASKS_THE_OPERATOR,FRAMEWORKS,FRAMEWORK_TITLES,OUT_OF_SIGHT,requirementsOf}from"./frameworks.shared.js";import"./requirements.shared.js";import"./runtime.shared.js";export{ASKS_THE_OPERATOR,FRAMEWORKS,FRAMEWORK_TITLES,OUT_OF_SIGHT,requirementsOf};
