import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{require_dist}from"./chunk-QMSPHDMX.js";import{__toESM}from"./chunk-YZASLWB7.js";var import_yaml=__toESM(require_dist(),1);var export_parse=import_yaml.parse;export{export_parse as parse};
