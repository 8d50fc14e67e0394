import type { DefinitionFile, DefinitionOptions } from '../../src/build-files/build-definition.js';

/** Files of a made repository by path, as whoever reads definitions is given them. */
export function definitionOptions(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): DefinitionOptions {
  const bytes = new Map(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)]));
  return { environment, exists: (path) => bytes.has(path), load: async (path) => bytes.get(path) };
}

/** Those of the paths that are there, in their order. */
export function filesOf(files: Readonly<Record<string, string>>, paths: readonly string[]): readonly DefinitionFile[] {
  return paths.flatMap((path) => {
    const text = files[path];
    return text === undefined ? [] : [{ path, bytes: new TextEncoder().encode(text) }];
  });
}
