import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The directory of the package that a file belongs to, and undefined where it is our own. */
function directoryOf(file) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(file)?.[0];
}

/**
 * Every package of which something ended up in the bundle, in the order of their names.
 * Takes esbuild's metafile (https://esbuild.github.io/api/#metafile) and the directory that its paths begin in. Gives for
 * each its name, version, declared license and directory, the names with versions of the packages that it imports from, and
 * whether our own files import from it.
 */
export function bundledPackages(metafile, root) {
  const packages = new Map();
  const packageAt = (directory) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8'));
    const id = `${name}@${version}`;
    if (!packages.has(id))
      packages.set(id, {
        id,
        name,
        version,
        license,
        directory: join(root, directory),
        imports: new Set(),
        direct: false,
      });
    return packages.get(id);
  };
  for (const [file, { imports }] of Object.entries(metafile.inputs)) {
    const directory = directoryOf(file);
    const from = directory === undefined ? undefined : packageAt(directory);
    for (const { path, external } of imports) {
      const other = external === true ? undefined : directoryOf(path);
      if (other === undefined || other === directory) continue;
      const to = packageAt(other);
      if (from === undefined) to.direct = true;
      else from.imports.add(to.id);
    }
  }
  return [...packages.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
