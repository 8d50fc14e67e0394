import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{junit,junitCases}from"./junit.shared.js";import"./xml.shared.js";import"./tally.shared.js";import"./cli-definitions.shared.js";import"./runtime.shared.js";export{junit,junitCases};
