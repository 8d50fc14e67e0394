import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{FRAMEWORKS,FRAMEWORK_TITLES,LEFT_TO_OPERATOR,OUT_OF_SIGHT,requirementsOf}from"./frameworks.shared.js";import"./requirements.shared.js";import"./runtime.shared.js";export{FRAMEWORKS,FRAMEWORK_TITLES,LEFT_TO_OPERATOR,OUT_OF_SIGHT,requirementsOf};
