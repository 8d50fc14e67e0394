import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{SBOM_WANTED,sbomAttested}from"./chunk-BPN5NAS2.js";import"./chunk-KU3O2JCD.js";import"./chunk-WZI2GGRH.js";import"./chunk-ABZBNJLJ.js";import"./chunk-IO5E5N2K.js";import"./chunk-2BJKV4DF.js";import"./chunk-YZASLWB7.js";export{SBOM_WANTED,sbomAttested};
