const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
var YamlRefusal=class extends Error{offset;constructor(offset,message){super(message),this.name="YamlRefusal",this.offset=offset}};export{YamlRefusal};
