import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
var IMAGE_OPTIONS={policy:{type:"string"},registry:{type:"string",multiple:!0},offline:{type:"boolean"},"trusted-root":{type:"string"}};export{IMAGE_OPTIONS};
