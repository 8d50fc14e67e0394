import { bakeReader } from './reader.js';

/** Files that `docker buildx bake` looks for where it is run, in the order in which it merges them. */
const COMPOSE_NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const BAKE_NAMES = ['docker-bake.json', 'docker-bake.hcl', 'docker-bake.override.json', 'docker-bake.override.hcl'];

/** Bake files that are read together. */
export interface BakeSet {
  readonly paths: readonly string[];
  /** Whether the name alone says that they are for bake; others are where they have targets. */
  readonly isNamed: boolean;
}

/**
 * The bake definitions among the paths of a repository: in each directory the files that bake joins by itself, and each
 * other file alone.
 *
 * @see https://docs.docker.com/build/bake/introduction/ and `defaultFilenames` in buildx's bake/bake.go
 */
export function bakeSets(paths: readonly string[]): readonly BakeSet[] {
  const { matches } = bakeReader();
  const candidates = paths.filter(matches);
  const known = new Set(paths);
  const sets = new Map<string, BakeSet>();
  for (const path of candidates) {
    const slash = path.lastIndexOf('/') + 1;
    const directory = path.slice(0, slash);
    const name = path.slice(slash);
    if (!BAKE_NAMES.includes(name)) sets.set(path, { paths: [path], isNamed: /^docker-bake\b/.test(name) });
    else if (!sets.has(directory)) {
      const all = [...COMPOSE_NAMES, ...BAKE_NAMES].map((one) => `${directory}${one}`);
      sets.set(directory, { paths: all.filter((one) => known.has(one)), isNamed: true });
    }
  }
  return [...sets.values()];
}

/** Whether a text has targets as bake has them: HCL of other programs, and other JSON, is none of ours. */
export function hasTargets(path: string, bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  if (path.endsWith('.hcl')) return /^[ \t]*target[ \t]+(?:"[^"\n]*"|[\w-]+)[ \t]*\{/m.test(text);
  return (
    /"target"\s*:\s*[[{]/.test(text) &&
    /"(?:dockerfile|context|args|inherits|tags|platforms|dockerfile-inline)"\s*:/.test(text)
  );
}
