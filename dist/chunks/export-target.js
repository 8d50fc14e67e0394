import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{exportHeader,headerComment,jsonFile,onlyFile}from"./export-target.shared.js";import"./verified-references.shared.js";import"./digest.shared.js";import"./cli-definitions.shared.js";import"./runtime.shared.js";export{exportHeader,headerComment,jsonFile,onlyFile};
