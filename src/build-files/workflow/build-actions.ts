import { contextFlag, PLATFORM, TARGET } from '../open-arguments.js';
import {
  assign,
  type BakeRun,
  firstExpression,
  joinInside,
  type NamedBuild,
  openContext,
  openName,
  openParts,
  type RequestedBuilds,
} from '../script/named-build.js';
import { entriesOf, text } from './yaml-fields.js';

/** Which inputs of an action say what is built. */
interface BuildAction {
  readonly uses: RegExp;
  readonly file: readonly string[];
  readonly context: readonly string[];
  readonly args: readonly string[];
  readonly target?: string;
  readonly platforms?: string;
  readonly contexts?: string;
  /** What stands between arguments. */
  readonly separator?: ',';
  /** Whether the file is looked for in the context, or in the repository. */
  readonly isInContext?: true;
}

/**
 * Actions that build an image, each by its own metadata. Others' actions of the name `build-push-action` take the same
 * inputs as Docker's.
 */
const ACTIONS: readonly BuildAction[] = [
  {
    uses: /^(?:[^/]+\/build-push-action|docker\/github-builder\/\.github\/workflows\/build\.ya?ml)@/i,
    ...{ file: ['file'], context: ['context'], args: ['build-args'] },
    ...{ target: 'target', platforms: 'platforms', contexts: 'build-contexts' },
  },
  {
    uses: /^redhat-actions\/buildah-build@/i,
    ...{ file: ['containerfiles', 'dockerfiles'], context: ['context'], args: ['build-args'], platforms: 'platforms' },
  },
  {
    uses: /^(?:int128|aevea)\/(?:kaniko-action|action-kaniko)@/i,
    ...{ file: ['file', 'build_file'], context: ['context', 'path'], args: ['build-args'], target: 'target' },
    platforms: 'platform',
  },
  {
    uses: /^mr-smithers-excellent\/docker-build-push@/i,
    ...{ file: ['dockerfile'], context: ['directory'], args: ['buildArgs'], target: 'target', platforms: 'platform' },
    separator: ',',
  },
  {
    uses: /^macbre\/push-to-ghcr@/i,
    ...{ file: ['dockerfile'], context: ['context'], args: ['build_args'], separator: ',', isInContext: true },
  },
  {
    uses: /^elgohr\/publish-docker-github-action@/i,
    ...{ file: ['dockerfile'], context: ['workdir', 'context'], args: ['buildargs'], platforms: 'platforms' },
    ...{ separator: ',', isInContext: true },
  },
  {
    uses: /^whoan\/docker-build-with-cache-action@/i,
    ...{ file: ['dockerfile'], context: ['context'], args: [], isInContext: true },
  },
];

/** Names of actions that build images, as far as a name says it. */
const BUILDS_BY_NAME =
  /(?:docker|kaniko|buildah|image|container)[^@]*build|build[^@]*(?:docker|kaniko|buildah|image|container)|kaniko/i;
const BAKES = /^(?:[^/]+\/bake-action(?:\/|@)|docker\/github-builder\/\.github\/workflows\/bake\.ya?ml@)/i;

/** What a step, or a job that calls a workflow, builds by an action; its inputs are found without regard to case. */
export function buildsOfAction(uses: string, given: unknown): RequestedBuilds {
  const inputs = new Inputs(given);
  if (BAKES.test(uses)) {
    if (/^docker\/bake-action\/subaction/i.test(uses)) return { named: [], unseen: [] };
    const bake = bakeOf(inputs);
    return typeof bake === 'string'
      ? { named: [], unseen: [{ what: bake }] }
      : { named: [], unseen: [], bakes: [bake] };
  }
  const action = ACTIONS.find((one) => one.uses.test(uses));
  if (action === undefined) {
    const isLocal = uses.startsWith('./') || uses.startsWith('docker://');
    return isLocal || !BUILDS_BY_NAME.test(uses) || /setup|login|metadata|lint|scan|sbom/i.test(uses)
      ? { named: [], unseen: [] }
      : {
          named: [],
          unseen: [{ what: `uses ${uses.slice(0, 100)}, whose builds are unknown`, fixKind: 'elsewhere' }],
        };
  }
  const build = buildOf(action, inputs);
  return typeof build === 'string' ? { named: [], unseen: [{ what: build }] } : { named: [build], unseen: [] };
}

class Inputs {
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(given: unknown) {
    this.#values = new Map(entriesOf(given).map(([name, value]) => [name.toUpperCase(), value]));
  }

  /** The first that is given; empty ones are not. */
  first(names: readonly string[]): unknown {
    return names
      .map((name) => this.#values.get(name.toUpperCase()))
      .find((value) => value !== undefined && value !== '');
  }
}

/** A build, or why it is none that we can look at. */
function buildOf(action: BuildAction, inputs: Inputs): NamedBuild | string {
  const one = (name: string | undefined) => (name === undefined ? undefined : inputs.first([name]));
  const given = inputs.first(action.file);
  const context = text(inputs.first(action.context) ?? '');
  // The default context is the repository itself, and a path after it a directory there, which files are then relative to.
  const inRepository = context === undefined ? null : /^\{\{defaultContext\}\}(?::(.*))?$/.exec(context);
  const dir = inRepository === null ? context : (inRepository[1] ?? '');
  const below = action.isInContext === true ? dir : (inRepository?.[1] ?? '');
  const [path, ...more] = given === undefined ? [] : linesOf(given);
  if (more.length > 0) return `builds several files as one file (${[path, ...more].join(', ')})`;
  const file = path === undefined ? joinInside(dir, 'Dockerfile') : joinInside(below, text(path));
  if (file === undefined) {
    const place = path === undefined ? context : text(path);
    return place === undefined
      ? 'builds a file that is only known at run time'
      : 'builds a file from outside the repository';
  }
  const target = text(one(action.target) ?? '');
  const platforms = list(one(action.platforms));
  const args = argumentLines(inputs.first(action.args), action.separator);
  const contexts = linesOf(one(action.contexts));
  const buildArgs: Record<string, string> = {};
  for (const line of args.filter(isLiteral)) assign(buildArgs, line);
  const buildContexts: Record<string, string> = {};
  for (const line of contexts.filter(isLiteral)) assign(buildContexts, line);
  const openArgs = args.filter((line) => !isLiteral(line) || (action.separator === ',' && !line.includes('=')));
  return {
    file,
    ...(target === undefined || target === '' ? {} : { target }),
    ...(platforms.length === 0 ? {} : { platforms }),
    buildArgs,
    buildContexts,
    ...openParts({
      args: openArgs.map(openName),
      decidedBy: Object.fromEntries([
        ...openArgs.map((line) => [openName(line), firstExpression(line) ?? line]),
        ...decidedBy(TARGET, [one(action.target)]),
        ...decidedBy(PLATFORM, linesOf(one(action.platforms))),
        ...contexts.flatMap((line) => decidedBy(contextFlag(openContext(line)), [line])),
      ]),
      target: target === undefined,
      contexts: contexts.filter((line) => !isLiteral(line)).map(openContext),
      platforms: linesOf(one(action.platforms)).some((line) => !isLiteral(line)),
    }),
    ...(dir === undefined ? {} : { request: { line: 1, context: dir === '' ? '.' : dir, ...tagsOf(inputs) } }),
  };
}

/** The expression that decides a parameter, under the name of its flag. */
function decidedBy(flag: string, values: readonly unknown[]): readonly (readonly [string, string])[] {
  const expressions = values.flatMap((value) => (typeof value === 'string' ? (firstExpression(value) ?? []) : []));
  return expressions.slice(0, 1).map((expression) => [flag, expression]);
}

function tagsOf(inputs: Inputs): { readonly tags?: readonly string[] } {
  const tags = list(inputs.first(['tags']));
  return tags.length === 0 ? {} : { tags };
}

/** @see https://github.com/docker/bake-action#inputs */
function bakeOf(inputs: Inputs): BakeRun | string {
  const source = text(inputs.first(['source']) ?? '');
  const directory = text(inputs.first(['workdir']) ?? '');
  const files = linesOf(inputs.first(['files']))
    .flatMap((line) => line.split(','))
    .map((line) => line.trim());
  const isLocal =
    source !== undefined && (/^(?:\{\{defaultContext\}\})?(?::.*)?$/.test(source) || /^\.{0,2}(?:\/|$)/.test(source));
  const below = source?.replace(/^\{\{defaultContext\}\}:?/, '') ?? '';
  const paths = files.filter((file) => !/\.tmp\/|docker-metadata-action/.test(file));
  const known = paths.flatMap((file) => joinInside(directory, below, text(file.replace(/^cwd:\/\//, ''))) ?? []);
  // A file that another action writes (tags and labels) says nothing about images.
  const isWritten = (file: string) => /outputs\.bake-file/.test(file);
  if (!isLocal || directory === undefined || known.length < paths.filter((file) => !isWritten(file)).length)
    return 'runs docker/bake-action on files that are only known at run time';
  const overrides = linesOf(inputs.first(['set']));
  const variables = linesOf(inputs.first(['vars'])).map((line) => `var ${line}`);
  return {
    files: known,
    directory: joinInside(directory, below, 'x')?.replace(/\/?x$/, '') ?? '',
    overrides: [...overrides, ...variables],
    line: 1,
  };
}

const isLiteral = (line: string) => !line.includes('${{');

function argumentLines(value: unknown, separator: ',' | undefined): readonly string[] {
  const lines = linesOf(value);
  return separator === undefined ? lines : lines.flatMap((line) => line.split(separator)).map((line) => line.trim());
}

/**
 * The items as the action reads them: lines of CSV whose commas count for nothing, so that quotes around an item are
 * none of it, and may hold a line end.
 *
 * @see https://github.com/docker/actions-toolkit/blob/main/src/util.ts `getList`
 */
function linesOf(value: unknown): readonly string[] {
  if (typeof value !== 'string') return [];
  const items = value.match(/^"(?:[^"]|"")*"[^\n]*|[^\n]+/gm) ?? [];
  return items.map(unquoted).filter((item) => item !== '');
}

function unquoted(item: string): string {
  const quoted = /^"((?:[^"]|"")*)"(.*)$/s.exec(item);
  return (quoted === null ? item : `${(quoted[1] ?? '').replaceAll('""', '"')}${quoted[2] ?? ''}`).trim();
}

/** The literal items of an input that takes them a line or by commas. */
function list(value: unknown): readonly string[] {
  return linesOf(value)
    .filter(isLiteral)
    .flatMap((line) => line.split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
