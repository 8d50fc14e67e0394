import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
var YamlRefusal=class extends Error{offset;constructor(offset,message){super(message),this.name="YamlRefusal",this.offset=offset}};export{YamlRefusal};
