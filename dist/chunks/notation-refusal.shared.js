import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{err}from"./cli-definitions.shared.js";function refuse(check,reason){return err({check,reason})}export{refuse};
