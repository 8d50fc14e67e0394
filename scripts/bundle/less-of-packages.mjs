import { readFileSync } from 'node:fs';

/** The text of a source file as it is bundled. */
export function sourceOf(path) {
  const text = readFileSync(path, 'utf8');
  return text.replace(/^import \{ (?:type \w+, )*z \} from 'zod';$/m, "import * as z from 'zod';");
}

/** `import { z }` takes all of zod, with its messages in forty languages; of a namespace esbuild takes what is used. */
const zodAsNamespace = {
  name: 'zod-as-namespace',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({ contents: sourceOf(path), loader: 'ts' })),
};

/**
 * Parts of undici that nothing here uses, and that its index loads all the same: cookies and web sockets also make Node load
 * the undici that it has itself, and mocks are for tests.
 */
const withoutUnusedUndici = {
  name: 'without-unused-undici',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/undici\/lib\/(?:mock|web\/(?:cookies|eventsource|websocket))\/.*\.js$/ }, () => ({
      contents: 'module.exports = {};',
      loader: 'js',
    })),
};

/** Plugins for esbuild that leave out of packages what is never used, and what costs time when it is loaded. */
export const LESS_OF_PACKAGES = [zodAsNamespace, withoutUnusedUndici];
