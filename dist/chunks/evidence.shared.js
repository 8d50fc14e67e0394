import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
import{optionalField}from"./build.shared.js";function present(value,from,lookedIn){return{status:"present",value,from,...optionalField("lookedIn",lookedIn)}}export{present};
