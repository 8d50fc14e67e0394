import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{SBOM_WANTED,sbomAttested}from"./chunk-YPTVWDXX.js";import"./chunk-KU3O2JCD.js";import"./chunk-WZI2GGRH.js";import"./chunk-ABZBNJLJ.js";import"./chunk-LKGPHXUW.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{SBOM_WANTED,sbomAttested};
