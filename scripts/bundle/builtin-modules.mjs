/**
 * The start of every file of a bundle: some dependencies are CommonJS and call require() for Node's own modules.
 *
 * @see https://nodejs.org/api/process.html#processgetbuiltinmoduleid
 */
export const BANNER =
  "const __builtin = globalThis.process.getBuiltinModule; const require = (id) => __builtin(id) ?? __builtin('node:module').createRequire(import.meta.url)(id);";

const STATEMENT = /(?<=^|[;}\n])import ?(\*as [\w$]+|[\w$]+|),?(\{[^{}"';]*\}|) ?from"(node:[\w/]+)";\n?/g;

/**
 * The text of an output that takes Node's own modules without importing them: for an import Node evaluates every property
 * of the module, and loads with it what only some of them need, such as `util.diff`; a third of the time of a short command.
 * As imports are, they are there before anything else runs. Throws where not every import was found that esbuild's
 * metafile lists.
 */
export function withBuiltinModules(text, output) {
  const taken = [];
  const rest = text.replace(STATEMENT, (_statement, whole, named, module) => {
    const names = named === '' ? [] : named.slice(1, -1).split(',').filter(Boolean);
    taken.push({ module, whole: whole.replace('*as ', ''), names });
    return '';
  });
  const imports = output.imports.filter(({ path, kind }) => path.startsWith('node:') && kind === 'import-statement');
  if (taken.length !== imports.length)
    throw new Error(`${taken.length} of ${imports.length} imports of Node's own modules were found`);
  const named = new Map();
  const statements = [];
  for (const { module, whole, names } of taken) {
    const value = `__builtin(${JSON.stringify(module)})`;
    if (whole !== '') statements.push(`const ${whole}=${value};`);
    named.set(value, [...(named.get(value) ?? []), ...names.map((name) => name.replace(/ as /, ':'))]);
  }
  for (const [value, names] of named) if (names.length > 0) statements.push(`const{${names}}=${value};`);
  return rest.replace(BANNER, () => [BANNER, ...statements].join('\n'));
}
