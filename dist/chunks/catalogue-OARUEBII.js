import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{isListedHost,loadCatalogue,publisherOf}from"./chunk-3DA7IUXT.js";import"./chunk-CS4PWQJS.js";import"./chunk-ITXIXLUB.js";import"./chunk-KG5HXRC4.js";import"./chunk-KR7AFYB7.js";import"./chunk-YZASLWB7.js";export{isListedHost,loadCatalogue,publisherOf};
