import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{SBOM_WANTED,sbomAttested}from"./chunk-NMBIREBQ.js";import"./chunk-KU3O2JCD.js";import"./chunk-WZI2GGRH.js";import"./chunk-ABZBNJLJ.js";import"./chunk-G3QB5AZE.js";import"./chunk-57ZCWAQT.js";import"./chunk-YZASLWB7.js";export{SBOM_WANTED,sbomAttested};
