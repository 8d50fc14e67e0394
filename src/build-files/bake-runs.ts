import type { Build, OpenValue } from './build.js';
import { bakedBuilds, type DefinedBuilds, NOTHING } from './defined-builds.js';
import type { RepositoryTree, TreeEntry } from './repository-tree.js';
import { type BakeRun, firstExpression } from './script/named-build.js';
import { isOpen } from './script/word-marks.js';
import { unreadableDefinition } from './unreadable-definition.js';

/** A run of bake, and the file that asks for it. */
export interface PlacedRun {
  readonly path: string;
  readonly run: BakeRun;
}

/** Runs of bake that are examined in one repository. */
const MAX_RUNS = 200;
/** Files that bake looks for where it is run. */
const DEFAULT_NAMES = [
  ...['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'],
  ...['docker-bake.json', 'docker-bake.hcl', 'docker-bake.override.json', 'docker-bake.override.hcl'],
];

/**
 * What runs of bake build that differs from what the files build by themselves: files that are joined, variables and
 * fields that are set.
 *
 * @see https://docs.docker.com/reference/cli/docker/buildx/bake/
 */
export async function bakeRuns(
  tree: RepositoryTree,
  entries: readonly TreeEntry[],
  runs: readonly PlacedRun[],
  environment: Readonly<Record<string, string>> = {},
): Promise<DefinedBuilds> {
  const known = new Set(entries.map(({ path }) => path));
  const found: DefinedBuilds[] = [];
  const distinct = new Map(
    runs.map((one) => [JSON.stringify([one.run.files, one.run.directory, one.run.overrides]), one]),
  );
  for (const { path, run } of [...distinct.values()].slice(0, MAX_RUNS)) {
    const below = run.directory === '' ? '' : `${run.directory}/`;
    const usual = DEFAULT_NAMES.map((name) => `${below}${name}`).filter((file) => known.has(file));
    const files = run.files.length > 0 ? run.files : usual;
    const missing = files.filter((file) => !known.has(file));
    if (files.length === 0 || missing.length > 0) {
      const what =
        files.length === 0 ? ', but none of its files exist' : ` on ${missing.join(', ')}, which does not exist`;
      found.push({ ...NOTHING, unseen: [{ path, line: run.line, what: `runs docker buildx bake${what}` }] });
      continue;
    }
    const variables = run.overrides.flatMap((one) =>
      one.startsWith('var ') && !isOpenText(one) ? [one.slice(4).split(/=(.*)/s)] : [],
    );
    const given = Object.fromEntries(variables.map(([name = '', value = '']) => [name, value]));
    const built = await bakedBuilds(tree, entries, files, {
      directory: run.directory,
      environment: { ...environment, ...given },
    });
    const overrides = run.overrides.filter((one) => !one.startsWith('var '));
    const set = (build: Build) => overrides.reduce((one, override) => overridden(one, override, run), build);
    found.push({ ...built, builds: built.builds.map(set), alternatives: (built.alternatives ?? []).map(set) });
  }
  const reason = `there are more than ${MAX_RUNS} different runs of bake (limit bake-runs)`;
  const beyond = new Set([...distinct.values()].slice(MAX_RUNS).map(({ path }) => path));
  return {
    ...NOTHING,
    builds: found.flatMap(({ builds }) => builds),
    alternatives: found.flatMap(({ alternatives = [] }) => alternatives),
    unreadable: [
      ...found.flatMap(({ unreadable }) => unreadable),
      ...[...beyond].map((path) => unreadableDefinition(path, { reason })),
    ],
    unseen: found.flatMap(({ unseen }) => unseen),
  };
}

const isOpenText = (text: string) => isOpen(text) || text.includes('${{');

/** The build with one `--set TARGET.KEY=VALUE`, where the pattern is that of its target. */
function overridden(build: Build, given: string, run: BakeRun): Build {
  const [, pattern = '', key = '', name = '', value = ''] =
    /^([^.=]+)\.([\w-]+)(?:\.([^=]+))?\+?=(.*)$/s.exec(given) ?? [];
  if (pattern === '' || !isMatch(pattern, build.name ?? '')) return build;
  const field = key === 'platform' ? 'platforms' : key;
  const path = name === '' ? field : `${field}.${name}`;
  // What is set takes the place of a default.
  const set = { ...build, defaults: (build.defaults ?? []).filter((one) => one.field !== path) };
  if (!isOpenText(value)) return withField(set, field, name, value);
  const open: OpenValue = { field: path, decidedBy: firstExpression(value) ?? '--set', line: run.line };
  return OVERRIDABLE.has(field) ? { ...set, open: [...build.open, open] } : build;
}

function withField(build: Build, field: string, name: string, value: string): Build {
  switch (field) {
    case 'args':
      return { ...build, args: { ...build.args, [name]: value } };
    case 'contexts':
      return { ...build, contexts: { ...build.contexts, [name]: value } };
    case 'platforms':
      return { ...build, platforms: value.split(',') };
    case 'target':
      return { ...build, target: value };
    case 'dockerfile':
      return { ...build, dockerfile: build.context === '.' ? value : `${build.context}/${value}` };
    default:
      return build;
  }
}

const OVERRIDABLE = new Set(['args', 'contexts', 'platforms', 'target', 'dockerfile', 'context']);

/** `*` stands for any characters, as in the patterns of bake. */
function isMatch(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === name;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    const found = index === rest.length - 1 ? name.length - part.length : name.indexOf(part, at);
    if (found < at || !name.startsWith(part, found)) return false;
    at = found + part.length;
  }
  return true;
}
