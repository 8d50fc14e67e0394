const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
import{basisSentence,coverageSentences,headline,sectionsOf}from"./survey-sections.shared.js";import"./cli-definitions.shared.js";export{basisSentence,coverageSentences,headline,sectionsOf};
