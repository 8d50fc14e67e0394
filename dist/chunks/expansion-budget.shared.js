const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);
var ExpansionBudget=class{#left=1048576;get isSpent(){return this.#left<0}take(value){return this.#left-=value.length,this.isSpent?"\0":value}};export{ExpansionBudget};
