import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);
var ExpansionBudget=class{#left=1048576;get isSpent(){return this.#left<0}take(value){return this.#left-=value.length,this.isSpent?"\0":value}};export{ExpansionBudget};
