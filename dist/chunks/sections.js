import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{basisSentence,coverageSentences,headline,sectionsOf}from"./survey-sections.shared.js";import"./cli-definitions.shared.js";import"./runtime.shared.js";export{basisSentence,coverageSentences,headline,sectionsOf};
