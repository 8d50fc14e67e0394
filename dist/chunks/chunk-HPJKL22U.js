import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{UNSEEN_IN_JSON}from"./chunk-SOHVHQDH.js";function jsonText(value,indent){return`${JSON.stringify(value,null,indent).replace(UNSEEN_IN_JSON,unicodeEscape).replaceAll("##[","##\\u005b")}
`}function unicodeEscape(character){return character.split("").map(unit=>`\\u${unit.charCodeAt(0).toString(16).padStart(4,"0")}`).join("")}export{jsonText};
