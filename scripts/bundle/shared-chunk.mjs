import { relative } from 'node:path';

const NAME = 'gate:shared';

/**
 * An esbuild plugin that keeps in one chunk what `start` imports: Node takes about half a millisecond to open a module,
 * and esbuild cuts a chunk for every set of entries that share some files (https://esbuild.github.io/api/#splitting).
 * Every entry that needs one of these files is made to import them all, so that the set is one.
 * Takes the metafile of a build without the plugin, its entry points, the file `start`, the directory of their paths, and what
 * gives the text of a source file.
 */
export function sharedChunk(metafile, entryPoints, start, { root, read }) {
  const { inputs } = metafile;
  const needs = (file) => {
    const found = new Set([file]);
    for (const one of found)
      for (const { path, external, kind } of inputs[one].imports)
        if (external !== true && kind !== 'dynamic-import') found.add(path);
    return found;
  };
  const loadedLater = Object.values(inputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, kind }) => external !== true && kind === 'dynamic-import')
    .map(({ path }) => path);
  const shared = needs(start);
  const importers = new Set(
    [...entryPoints, ...loadedLater].filter(
      (entry) => !shared.has(entry) && [...needs(entry)].some((file) => shared.has(file)),
    ),
  );
  shared.delete(start);
  const imports = [...shared].map((file) => `import ${JSON.stringify(`./${file}`)};\n`).join('');
  return {
    name: 'shared-chunk',
    setup(builder) {
      builder.onResolve({ filter: new RegExp(`^${NAME}$`) }, () => ({ path: NAME, namespace: NAME }));
      builder.onLoad({ filter: /.*/, namespace: NAME }, () => ({ contents: imports, resolveDir: root }));
      builder.onLoad({ filter: /\.ts$/ }, ({ path }) =>
        importers.has(relative(root, path).replaceAll('\\', '/'))
          ? { contents: `${read(path)}\nimport '${NAME}';\n`, loader: 'ts' }
          : undefined,
      );
    },
  };
}
