import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the package that a file belongs to, and undefined where it is our own. */
function folderOf(file) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(file)?.[0];
}

/**
 * Every package of which something ended up in the bundle, in the order of their names.
 * Takes esbuild's metafile (https://esbuild.github.io/api/#metafile) and the folder that its paths begin in. Gives for
 * each its name, version, declared licence and folder, the names with versions of the packages that it imports from, and
 * whether our own files import from it.
 */
export function bundledPackages(metafile, root) {
  const packages = new Map();
  const packageAt = (folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const id = `${name}@${version}`;
    if (!packages.has(id))
      packages.set(id, { id, name, version, license, folder: join(root, folder), imports: new Set(), direct: false });
    return packages.get(id);
  };
  for (const [file, { imports }] of Object.entries(metafile.inputs)) {
    const folder = folderOf(file);
    const from = folder === undefined ? undefined : packageAt(folder);
    for (const { path, external } of imports) {
      const other = external === true ? undefined : folderOf(path);
      if (other === undefined || other === folder) continue;
      const to = packageAt(other);
      if (from === undefined) to.direct = true;
      else from.imports.add(to.id);
    }
  }
  return [...packages.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
