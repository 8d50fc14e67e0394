import { enableCompileCache, registerHooks } from 'node:module';

/**
 * Lets Node load the sources as they are: it strips the types itself, `./x.js` names `./x.ts`, and `@jest/globals`,
 * which Jest only provides inside its own module system, stands for the globals of the test file that is running.
 */
enableCompileCache(new URL('../../../node_modules/.cache/tests', import.meta.url).pathname);

const names = ['afterAll', 'afterEach', 'beforeAll', 'beforeEach', 'describe', 'expect', 'it', 'jest', 'test'];
const globals = `data:text/javascript,${names.map((name) => `export const ${name} = globalThis.${name};`).join('')}`;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@jest/globals') return { url: globals, format: 'module', shortCircuit: true };
    const source = /^\.{1,2}\/.*(?=\.js$)/.exec(specifier);
    if (source && /\.ts(?:\?\d+)?$/.test(context.parentURL ?? '')) return next(`${source[0]}.ts`, context);
    return next(specifier, context);
  },
});
