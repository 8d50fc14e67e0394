import { basename } from 'node:path';

/**
 * Names for the chunks of a bundle that stay the same when their content changes, so that a commit changes the files that
 * it touches: esbuild puts a hash of the content into the name, and the name into every file that imports it.
 * A chunk that is loaded on demand is called as its source file, `check.js`; one that others share as the file or package
 * that most of it comes from, `yaml.shared.js`. Where two would be called the same, directories are put before.
 *
 * Takes the outputs of esbuild's metafile (https://esbuild.github.io/api/#metafile) and gives the new name of each file of
 * `chunks/` by its present one. Throws where two can't be distinguished.
 */
export function chunkNames(outputs) {
  const chunks = Object.entries(outputs)
    .filter(([path, output]) => path.includes('chunks/') && !isEmpty(output))
    .map(([path, output]) => ({ name: basename(path), ...naming(path, output), length: 1 }));
  for (let clashes = clashing(chunks); clashes.length > 0; clashes = clashing(chunks))
    for (const clash of clashes) {
      const longer = clash.filter((chunk) => chunk.length < chunk.segments.length);
      if (longer.length === 0)
        throw new Error(`${clash.map(({ name }) => name).join(' and ')} would both be called ${named(clash[0])}`);
      for (const chunk of longer) chunk.length += 1;
    }
  return new Map(chunks.map((chunk) => [chunk.name, named(chunk)]));
}

/** Whether a chunk does nothing: esbuild leaves one of what only says which files belong together. */
function isEmpty({ entryPoint, inputs, imports, exports }) {
  return entryPoint === undefined && [Object.keys(inputs), imports, exports].every(({ length }) => length === 0);
}

/** What a chunk is called by: `head`, and as many of the last `segments` as it takes. */
function naming(path, { entryPoint, inputs, exports }) {
  if (entryPoint !== undefined) return { ...source(entryPoint), suffix: '.js' };
  const bytes = new Map();
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    const part = source(file).head ?? file;
    bytes.set(part, (bytes.get(part) ?? 0) + bytesInOutput);
  }
  const first = ([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1);
  const [part] = [...bytes].sort(first)[0] ?? [];
  if (part !== undefined) {
    const files = Object.entries(inputs).filter(([file]) => (source(file).head ?? file) === part);
    const [[file]] = files.map(([name, { bytesInOutput }]) => [name, bytesInOutput]).sort(first);
    return { ...source(file), suffix: '.shared.js' };
  }
  // What esbuild itself adds has no source file.
  if (exports.length === 0 || !exports.every((name) => name.startsWith('__')))
    throw new Error(`${path} comes from no source file`);
  return { segments: ['runtime'], suffix: '.shared.js' };
}

/** The packages that a file lies in, one within the other, or nothing for a file of our own; and its path below them. */
function source(file) {
  const packages = [...file.matchAll(/node_modules\/(?:@([^/]+)\/)?([^/]+)\//g)];
  const inside = file.slice(packages.length === 0 ? 0 : packages.at(-1).index + packages.at(-1)[0].length);
  const segments = inside
    .replace(/^src\//, '')
    .replace(/\.[^/.]+$/, '')
    .replace(/\/index$/, '')
    .split('/');
  if (packages.length === 0) return { segments };
  // The shortest name of a package's file has nothing of its path.
  return {
    head: packages.flatMap(([, scope, name]) => [scope ?? [], name].flat()).join('-'),
    segments: [...segments, ''],
  };
}

function named({ head, segments, length, suffix }) {
  const last = head === undefined ? segments.slice(-length) : [head, ...segments.slice(-length, -1)];
  return `${last.join('-').replace(/[^\w.-]/g, '_')}${suffix}`;
}

/** Groups of chunks that have one name, also where a file system doesn't tell upper from lower case. */
function clashing(chunks) {
  const groups = new Map();
  for (const chunk of chunks) {
    const name = named(chunk).toLowerCase();
    groups.set(name, [...(groups.get(name) ?? []), chunk]);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

/**
 * The text of an output with the names of the chunks that it imports replaced by those of `chunkNames`, and without
 * imports of empty chunks. Throws unless these are exactly the ones that esbuild says it imports.
 */
export function withChunkNames(text, output, outputs, names) {
  const empty = new Set(
    Object.keys(outputs)
      .filter((path) => isEmpty(outputs[path]))
      .map((path) => basename(path)),
  );
  const found = new Set();
  const helpers = new Set(
    Object.entries(outputs)
      .filter(([, { entryPoint, inputs }]) => entryPoint === undefined && Object.keys(inputs).length === 0)
      .map(([path]) => basename(path)),
  );
  const renamed = text
    .replace(/import"\.{1,2}\/(?:chunks\/)?([\w.-]+\.js)";?/g, (statement, name) => {
      // esbuild's own helpers do nothing by themselves, and to open a file costs half a millisecond.
      if (!empty.has(name) && !helpers.has(name)) return statement;
      found.add(name);
      return '';
    })
    .replace(/(["'])(\.{1,2}\/(?:chunks\/)?)([\w.-]+\.js)\1/g, (specifier, quote, place, name) => {
      if (!names.has(name)) return specifier;
      found.add(name);
      return `${quote}${place}${names.get(name)}${quote}`;
    });
  const imported = new Set(
    output.imports.filter(({ external }) => external !== true).map(({ path }) => basename(path)),
  );
  const other = [...imported]
    .filter((name) => !found.has(name))
    .concat([...found].filter((name) => !imported.has(name)));
  if (other.length > 0) throw new Error(`not renamed, or renamed where nothing imports it: ${other.join(', ')}`);
  return renamed;
}
