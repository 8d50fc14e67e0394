import { distinct, groupBy, optionalField } from '../lib/collections.js';
import { plural } from '../lib/text.js';
import type { PlacedRun } from './bake-runs.js';
import type { Build, OpenValue } from './build.js';
import type { RunImage } from './build-definition.js';
import type { PlacedCompose } from './compose-runs.js';
import { definedBuilds, NOTHING, namedBuildOf } from './defined-builds.js';
import { isWorkflow } from './file-names.js';
import type { BuildFile } from './image-use.js';
import { contextFlag, PLATFORM, TARGET } from './open-arguments.js';
import type { ReadingOptions, UnseenBuild } from './reading.js';
import { type RepositoryTree, reasonOf, type TreeEntry } from './repository-tree.js';
import type { NamedBuild, PlacedBuild, RequestedBuilds } from './script/named-build.js';
import type { RepositoryFiles } from './script/repository-files.js';
import { buildsInFile, scriptFileKind } from './script/script-files.js';
import { unreadableDefinition } from './unreadable-definition.js';

/** What the workflows of a repository may have together; reading YAML takes its time. */
const MAX_WORKFLOW_BYTES = 4 * 1024 * 1024;
/** Makefiles, shell scripts and the like that are read of one repository, and what they have together. */
const MAX_SCRIPTS = 20_000;
const MAX_SCRIPT_BYTES = 32 * 1024 * 1024;
/** A longer one is an archive or a list of data. */
const MAX_BYTES_OF_SCRIPT = 1024 * 1024;

/** Files without an ending, and YAML of any name, that are examined for scripts, and their length. */
const MAX_CANDIDATES = 5_000;
const MAX_BYTES_OF_CANDIDATE = 256 * 1024;

/** Directories that a path is below; what is only there for others comes last. */
function depthOf(path: string): number {
  return path.endsWith('.mk') ? Number.MAX_SAFE_INTEGER : path.split('/').length;
}

/** Configurations that others include. */
const MAX_FOLLOWED = 500;

function directoryOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

const SCRIPTS_TOO_LONG = `the scripts have more than ${plural(MAX_SCRIPT_BYTES, 'byte')} in total (limit script-bytes)`;

/** What the files of a repository build. */
interface RepositoryBuilds {
  /** Of workflows, actions and scripts. */
  readonly workflows: readonly PlacedBuild[];
  /** Of bake, Compose and dev container definitions. */
  readonly defined: readonly PlacedBuild[];
  readonly builds: readonly Build[];
  /** Images that are run, and not built. */
  readonly images: readonly RunImage[];
  readonly unseen: readonly UnseenBuild[];
  /** Workflows that could not be had: what they build is not known. */
  readonly unreadable: readonly BuildFile[];
}

/** Reads what workflows, the repository's own actions, scripts and build definitions build. */
export async function requestedBuilds(
  tree: RepositoryTree,
  entries: readonly TreeEntry[],
  options: Pick<ReadingOptions, 'definitions' | 'environment' | 'only'>,
): Promise<RepositoryBuilds> {
  const reader = new RequestedBuildsReader(tree, entries);
  await reader.readWorkflows();
  await reader.readScripts();
  const { unreadable, unseen, workflows, runs, images } = reader;
  const own = await definedBuilds(tree, entries, options);
  const ofRuns = async (neverRuns: boolean) => {
    const asked = runs.filter(({ run }) => (run.neverRuns === true) === neverRuns);
    if (options.definitions !== undefined || asked.length === 0) return NOTHING;
    const { bakeRuns } = await import('./bake-runs.js');
    return bakeRuns(tree, entries, asked, options.environment);
  };
  const [live, dead] = [await ofRuns(false), await ofRuns(true)];
  const composed =
    options.definitions !== undefined || reader.composes.length === 0
      ? NOTHING
      : await (await import('./compose-runs.js')).composeRuns(tree, entries, reader.composes, options.environment);
  for (const others of [own, live, dead, composed]) {
    unreadable.push(...others.unreadable);
    unseen.push(...others.unseen.filter(({ path }) => options.only?.includes(path) !== false));
  }
  const builds = distinct([...own.builds, ...live.builds, ...composed.builds]);
  const defined: PlacedBuild[] = [];
  const place = (build: Build, reached: Pick<NamedBuild, 'neverRuns'>) => {
    const named = namedBuildOf(build);
    if ('what' in named) unseen.push({ path: build.definition, line: build.line, ...named });
    else if (build.isInherited !== true || reader.isThere(named))
      defined.push({ path: build.definition, build: { ...reader.found(named), ...reached } });
  };
  for (const build of builds) place(build, {});
  for (const build of dead.builds) place(build, { neverRuns: true });
  for (const build of distinct([...(own.alternatives ?? []), ...(live.alternatives ?? [])])) {
    const named = namedBuildOf(build);
    if (!('what' in named) && (named.inline !== undefined || reader.isThere(named)))
      defined.push({ path: build.definition, build: { ...reader.found(named), isAlternative: true } });
  }
  return {
    workflows,
    defined,
    builds: [...builds, ...workflows.map(buildOf)],
    images: [...images, ...distinct([...own.images, ...composed.images])],
    unseen,
    unreadable,
  };
}

class RequestedBuildsReader {
  readonly workflows: PlacedBuild[] = [];
  readonly runs: PlacedRun[] = [];
  readonly composes: PlacedCompose[] = [];
  readonly unseen: UnseenBuild[] = [];
  readonly unreadable: BuildFile[] = [];
  readonly images: RunImage[] = [];
  readonly #tree: RepositoryTree;
  readonly #files: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #followed = new Set<string>();
  /** Bytes that are left for files that scripts include, and that podman reads before it builds. */
  #besides = MAX_SCRIPT_BYTES;

  constructor(tree: RepositoryTree, entries: readonly TreeEntry[]) {
    this.#tree = tree;
    // Tools follow links, and so does what is read.
    this.#files = entries.filter(({ kind }) => kind !== 'submodule').map(({ path }) => path);
    this.#known = new Set(entries.map(({ path }) => path));
  }

  async readWorkflows(): Promise<void> {
    const paths = this.#files.filter(isWorkflow);
    if (paths.length === 0) return;
    const { buildsInWorkflow } = await import('./workflow/workflow-builds.js');
    const { calledBuilds, withCalls } = await import('./workflow/local-calls.js');
    let left = MAX_WORKFLOW_BYTES;
    const read = new Map<string, { readonly bytes: Uint8Array; readonly requested: RequestedBuilds }>();
    for (const path of paths) {
      const content = await this.#tree.read(path, left);
      if (content.ok) {
        left -= content.value.length;
        const requested = await buildsInWorkflow(content.value, directoryOf(path));
        read.set(path, { bytes: content.value, requested });
      } else if (content.error.code === 'too-large') {
        const reason = `the workflows have more than ${plural(MAX_WORKFLOW_BYTES, 'byte')} (limit workflow-bytes)`;
        this.unreadable.push(unreadableDefinition(path, { reason }));
      } else if (content.error.code === 'not-found') {
        this.unseen.push({ path, what: 'is tracked by git but missing' });
      } else {
        this.unreadable.push(unreadableDefinition(path, { reason: reasonOf(content.error) }));
      }
    }
    let leftForCalls = MAX_WORKFLOW_BYTES;
    const called = await calledBuilds(
      new Map([...read].map(([path, { requested }]) => [path, requested])),
      async (path, inputs) => {
        const bytes = read.get(path)?.bytes;
        leftForCalls -= bytes?.length ?? 0;
        // Without its inputs, the call leaves open what they decide.
        if (bytes === undefined || leftForCalls < 0) return undefined;
        return buildsInWorkflow(bytes, directoryOf(path), inputs);
      },
    );
    for (const [path, { bytes, requested }] of read)
      await this.#take(path, bytes, withCalls(requested, called.get(path) ?? []));
  }

  /** What is no script that can be had runs nothing; what is beyond a limit is named. */
  async readScripts(): Promise<void> {
    let left = MAX_SCRIPT_BYTES;
    const kinds = groupBy(this.#files, scriptFileKind);
    const repository = { paths: this.#known, load: (path: string) => this.#load(path) };
    const included = new Set<string>();
    // What includes others comes before them.
    const paths = [...(kinds.get('script') ?? [])].sort((a, b) => depthOf(a) - depthOf(b));
    for (const path of paths.slice(0, MAX_SCRIPTS)) {
      if (included.has(path)) continue;
      const content = await this.#tree.read(path, Math.min(left, MAX_BYTES_OF_SCRIPT));
      if (content.ok) {
        left -= content.value.length;
        const requested = await buildsInFile(path, content.value, repository);
        for (const other of requested.includes ?? []) included.add(other);
        await this.#take(path, content.value, requested);
        await this.#follow(path, requested.follows ?? [], repository);
      } else if (content.error.code === 'too-large') {
        const reason = left < MAX_BYTES_OF_SCRIPT ? SCRIPTS_TOO_LONG : 'it is too large to be read as a script';
        this.unreadable.push(unreadableDefinition(path, { reason }));
      } else if (content.error.code !== 'not-found' && content.error.code !== 'not-a-file') {
        this.unreadable.push(unreadableDefinition(path, { reason: reasonOf(content.error) }));
      }
    }
    for (const path of paths.slice(MAX_SCRIPTS)) {
      const reason = `there are more than ${MAX_SCRIPTS} scripts (limit scripts)`;
      this.unreadable.push(unreadableDefinition(path, { reason }));
    }
    await this.#readCandidates(kinds.get('candidate') ?? [], included);
  }

  /** Files that are mostly something else; one that is long is so. */
  async #readCandidates(candidates: readonly string[], included: ReadonlySet<string>): Promise<void> {
    for (const path of candidates.slice(0, MAX_CANDIDATES)) {
      if (included.has(path)) continue;
      const content = await this.#tree.read(path, MAX_BYTES_OF_CANDIDATE);
      if (content.ok) await this.#take(path, content.value, await buildsInFile(path, content.value));
    }
    const [path, ...others] = candidates.slice(MAX_CANDIDATES);
    if (path === undefined) return;
    const more = others.length === 0 ? '' : `, and neither were ${plural(others.length, 'other file')}`;
    this.unseen.push({ path, what: `was not examined for scripts${more} (limit script-candidates)` });
  }

  /** Reads what a configuration includes as one of its kind. */
  async #follow(kind: string, paths: readonly string[], repository: RepositoryFiles): Promise<void> {
    for (const path of paths) {
      if (scriptFileKind(path) === 'script' || this.#followed.has(path) || this.#followed.size >= MAX_FOLLOWED)
        continue;
      this.#followed.add(path);
      const bytes = await this.#load(path);
      if (bytes === undefined) continue;
      const requested = await buildsInFile(path, bytes, repository, kind);
      await this.#take(path, bytes, requested);
      await this.#follow(kind, requested.follows ?? [], repository);
    }
  }

  /** A file that another one includes. */
  async #load(path: string): Promise<Uint8Array | undefined> {
    const content = await this.#tree.read(path, Math.min(this.#besides, MAX_BYTES_OF_SCRIPT));
    if (!content.ok) return undefined;
    this.#besides -= content.value.length;
    return content.value;
  }

  async #take(path: string, bytes: Uint8Array, requested: RequestedBuilds): Promise<void> {
    const { bakes = [], composes = [], images = [], fault } = requested;
    const unseen = requested.unseen.flatMap(({ knownBy, ...one }) =>
      knownBy !== undefined && this.#known.has(knownBy) ? [] : [one],
    );
    const named: NamedBuild[] = [];
    for (const build of requested.named) {
      const found = await this.#withPodmanFiles(build);
      if (typeof found === 'string')
        this.unseen.push({ path, ...optionalField('line', build.request?.line), what: found });
      // Its text is read where it stands, or is requested.
      else named.push(found.inline === undefined ? found : { ...found, file: path });
    }
    if (fault !== undefined) this.unreadable.push(unreadableDefinition(path, fault));
    const written = named.some(({ open }) => open !== undefined) ? new TextDecoder().decode(bytes).split(/\r?\n/) : [];
    this.workflows.push(...named.map((build) => ({ path, build: withWritten(this.found(build), written) })));
    this.unseen.push(...unseen.map((one) => ({ path, ...one })));
    this.runs.push(...bakes.map((run) => ({ path, run })));
    this.composes.push(...composes.map((run) => ({ path, run })));
    for (const { decidedBy, defaultOf, line, ...image } of images) {
      const by = (cause: string | undefined) =>
        cause === undefined ? [] : [{ field: 'image', decidedBy: cause, line }];
      this.images.push({ file: path, line, ...image, open: by(decidedBy), defaults: by(defaultOf) });
    }
  }

  async #withPodmanFiles(build: NamedBuild): Promise<NamedBuild | string> {
    if (build.podman === undefined) return build;
    const { withPodmanFiles } = await import('./script/podman-files.js');
    return withPodmanFiles(build, async (path) => {
      const bytes = await this.#load(path);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    });
  }

  isThere(build: NamedBuild): boolean {
    return this.#known.has(this.found(build).file);
  }

  /** The build of a file that is there: builders have other places and names that they fall back to. */
  found(build: NamedBuild): NamedBuild {
    if (build.inline !== undefined) return build;
    const candidates = [build.file, ...(build.request?.otherwise === undefined ? [] : [build.request.otherwise])];
    const names = candidates.flatMap((file) => [file, ...otherNames(file)]);
    return { ...build, file: names.find((file) => this.#known.has(file)) ?? build.file };
  }
}

/** An expression with spaces, of a workflow or a Taskfile, or a substitution. */
const UNIT = String.raw`\$?\{\{.{0,200}?\}\}|\$\((?:[^()\n]|\([^()\n]{0,100}\)){1,200}\)`;

/** Lines that one command may go on over. */
const MAX_COMMAND_LINES = 50;

/** The build with what is written for its open arguments, where its command line says so: `$BASE`, `${{ inputs.base }}`. */
function withWritten(build: NamedBuild, lines: readonly string[]): NamedBuild {
  const { open, request } = build;
  if (open === undefined || request === undefined) return build;
  // A command is placed where it ends.
  let first = request.line - 1;
  while (first > 0 && request.line - first < MAX_COMMAND_LINES && lines[first - 1]?.endsWith('\\') === true) first--;
  let last = request.line - 1;
  while (last - first < MAX_COMMAND_LINES && lines[last]?.endsWith('\\') === true) last++;
  const command = lines.slice(first, last + 1).join('\n');
  const flags = [...(open.target ? [TARGET] : []), ...(open.platforms === true ? [PLATFORM] : [])];
  const written = [...open.args, ...flags].flatMap((name) => {
    const start = name.startsWith('-') ? `${name}(?:=|[ \\t]+)` : `\\b${name}=`;
    const value =
      name === '' ? undefined : new RegExp(`${start}("[^"\n]+"|'[^'\n]+'|(?:${UNIT}|[^\\s"'])+)`).exec(command)?.[1];
    return value === undefined ? [] : [[name, value.replace(/^"(.*)"$/, '$1')] as const];
  });
  return { ...build, open: { ...open, decidedBy: { ...Object.fromEntries(written), ...open.decidedBy } } };
}

/** BuildKit falls back to `dockerfile`, nerdctl and podman to each other's name. */
function otherNames(file: string): readonly string[] {
  const [, directory, name] = /^(.*\/)?(Dockerfile|Containerfile)$/.exec(file) ?? [];
  if (name === undefined) return [];
  const others = name === 'Dockerfile' ? ['dockerfile', 'Containerfile'] : ['Dockerfile', 'dockerfile'];
  return others.map((other) => `${directory ?? ''}${other}`);
}

/** A build of a command or an action, in the form in which all builds are listed. */
function buildOf({ path, build }: PlacedBuild): Build {
  const { file, inline, target, platforms = [], buildArgs, buildContexts, open, request } = build;
  const line = request?.line ?? 1;
  const openOf = (field: string, decidedBy = 'a variable or an expression'): OpenValue => ({ field, decidedBy, line });
  const openArgs = open?.args ?? [];
  return {
    definition: path,
    line,
    ...optionalField('name', inline === undefined ? undefined : request?.name),
    ...(inline === undefined ? { dockerfile: file } : { inline }),
    context: request?.context ?? '.',
    args: { ...Object.fromEntries(openArgs.flatMap((name) => (name === '' ? [] : [[name, null]]))), ...buildArgs },
    ...optionalField('target', target),
    platforms,
    contexts: buildContexts,
    ...optionalField('tags', request?.tags),
    open: [
      ...openArgs.map((name) => openOf(name === '' ? 'args' : `args.${name}`, open?.decidedBy?.[name])),
      ...(open?.file === true ? [openOf('dockerfile')] : []),
      ...(inline === undefined && request?.context === undefined ? [openOf('context')] : []),
      ...(open?.target === true ? [openOf('target', open.decidedBy?.[TARGET])] : []),
      ...(open?.platforms === true ? [openOf('platforms', open.decidedBy?.[PLATFORM])] : []),
      ...(open?.contexts ?? []).map((name) =>
        openOf(name === '' ? 'contexts' : `contexts.${name}`, open?.decidedBy?.[contextFlag(name)]),
      ),
    ],
  };
}
