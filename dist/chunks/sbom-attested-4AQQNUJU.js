import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{SBOM_WANTED,sbomAttested}from"./chunk-4X4SKVRD.js";import"./chunk-KU3O2JCD.js";import"./chunk-WZI2GGRH.js";import"./chunk-ABZBNJLJ.js";import"./chunk-JSQVWM4W.js";import"./chunk-2BJKV4DF.js";import"./chunk-YZASLWB7.js";export{SBOM_WANTED,sbomAttested};
