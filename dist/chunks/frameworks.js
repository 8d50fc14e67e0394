const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{FRAMEWORKS,FRAMEWORK_TITLES,LEFT_TO_OPERATOR,OUT_OF_SIGHT,requirementsOf}from"./frameworks.shared.js";import"./requirements.shared.js";export{FRAMEWORKS,FRAMEWORK_TITLES,LEFT_TO_OPERATOR,OUT_OF_SIGHT,requirementsOf};
