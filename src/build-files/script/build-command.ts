import { posix } from 'node:path';
import { optionalField } from '../../lib/collections.js';
import { listed } from '../../lib/text.js';
import { type BuildInvocation, buildInvocation, showsOnly } from './build-tool.js';
import { commandsInDirectories, REDIRECTION } from './command-directories.js';
import {
  assign,
  type BakeRun,
  type ComposeRun,
  joinInside,
  type NamedBuild,
  openContext,
  openName,
  openParts,
  type RequestedBuilds,
  type UnseenRequest,
} from './named-build.js';
import { composeFiles, otherBuilder } from './other-builders.js';
import { shellCommands } from './shell-commands.js';
import { inUncalledFunction } from './uncalled-functions.js';
import { isDefault, isOpen, OWN_MARK, TOP_MARK, withDefaults } from './word-marks.js';

/** Flags of `docker build`, `podman build` and bake that take no value; the others take one. */
const SWITCHES = new Set([
  ...['--no-cache', '--pull', '--push', '--load', '--quiet', '-q', '--rm', '--force-rm', '--squash', '--check'],
  ...['--debug', '-D', '--compress', '--layers', '--squash-all', '--tls-verify', '--disable-content-trust'],
  ...['--disable-compression', '--http-proxy', '--skip-unused-stages', '--omit-history', '--identity-label'],
  ...['--no-hosts', '--no-hostname', '--stdin', '--help', '-h', '--all-platforms', '--pull-always', '--pull-never'],
  ...['--inherit-labels', '--inherit-annotations', '--save-stages', '--compat-volumes', '--rewrite-timestamp'],
  ...['--logsplit', '--print', '--single-snapshot', '--cleanup', '--reproducible', '--no-push', '--insecure'],
  ...['--insecure-pull', '--skip-tls-verify', '--skip-tls-verify-pull', '--force', '--use-new-run', '--trace'],
]);

const REDIRECTION_ALONE = /^\d*(?:<{1,3}|>{1,2})$/;

/** Where a script runs, and what it is given. */
export interface ScriptPlace {
  /** `''` is the top of the repository; null is not known, or outside. */
  readonly directory: string | null;
  /** The directory of the script's own file, where it has one. */
  readonly own?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** Of the script's first line in its file, or of each of its lines. */
  readonly line: number | readonly number[];
  /** Others may share its shell: they go on where it ends, or source it. */
  readonly goesOn?: true;
  /** The shell ends where a command fails, as with `set -e`. */
  readonly endsOnFailure?: true;
}

/**
 * The builds that a shell script asks for: `docker build` in its forms, podman, buildah, nerdctl, buildctl, kaniko, and
 * bake. A word with a variable or a substitution that is not known is not literal: it is left out, and so is a build
 * whose file it names. `cd` and `pushd` are followed; in a directory that is not known, nothing is. A build that no run
 * comes to is marked: it pulls nothing, and shows nothing of what others pull.
 */
export function buildsInScript(script: string, place: ScriptPlace): RequestedBuilds {
  const named: NamedBuild[] = [];
  const unseen: UnseenRequest[] = [];
  const bakes: BakeRun[] = [];
  const composes: ComposeRun[] = [];
  const own = place.own === undefined ? '\0' : `${TOP_MARK}/${place.own}`;
  const written = shellCommands(script, place.variables, place.endsOnFailure === true);
  const commands = written.map((command) => ({
    ...command,
    words: command.words.map((word) => withDefaults(word.replaceAll(OWN_MARK, own))),
    defaults: command.words.filter(isDefault).map(withDefaults),
  }));
  const isUncalled = inUncalledFunction(written, place.goesOn === true);
  const known = new Map<unknown, Set<string | null>>();
  for (const { command, directory } of commandsInDirectories(commands, place.directory)) {
    const invocation = buildInvocation(command.words);
    const directories = known.get(command) ?? new Set();
    if (directories.has(directory)) continue;
    known.set(command, directories.add(directory));
    const line = lineOf(place, command.line);
    if (invocation === undefined) {
      const other = command.neverRuns === true ? undefined : otherBuilder(command.words);
      if (other !== undefined) unseen.push({ ...other, line });
      const composed = command.neverRuns === true ? undefined : composeFiles(command.words);
      const files = composed?.map((file) => joinInside(directory, file)) ?? [];
      if (files.length > 0 && files.every((file) => file !== undefined)) composes.push({ files, line });
      continue;
    }
    const found =
      invocation.tool === 'bake'
        ? bakeRun(invocation, directory, line)
        : requestedBuild(invocation, directory, line, new Set(command.defaults));
    const isDead = command.neverRuns === true || isUncalled(command) || showsOnly(invocation);
    const reached = isDead ? { neverRuns: true as const } : {};
    if (typeof found === 'string') unseen.push({ what: found, line });
    else if (found !== undefined && 'file' in found) named.push({ ...found, ...reached });
    else if (found !== undefined) bakes.push({ ...found, ...reached });
  }
  return { named, unseen, bakes, ...(composes.length === 0 ? {} : { composes }) };
}

function lineOf({ line }: ScriptPlace, ofCommand: number): number {
  return typeof line === 'number' ? line + ofCommand - 1 : (line[ofCommand - 1] ?? line.at(-1) ?? 1);
}

/** What a command line gives a build, in the words of `docker build`. */
interface Given {
  readonly files: string[];
  readonly places: string[];
  /** Of the flags, in their order. */
  readonly values: { readonly flag: string; readonly value: string }[];
}

function given({ tool, words }: BuildInvocation): Given {
  const found: Given = { files: [], places: [], values: [] };
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (REDIRECTION.test(word)) {
      if (REDIRECTION_ALONE.test(word)) index++;
    } else if (!word.startsWith('-') || word === '-') found.places.push(word);
    else {
      const { flag, value = SWITCHES.has(flag) ? undefined : words[++index] } = splitFlag(word);
      if (value === undefined) continue;
      if (flag === '-f' || flag === '--file' || (tool === 'kaniko' && flag === '--dockerfile')) found.files.push(value);
      else found.values.push({ flag, value });
    }
  }
  if (tool === 'buildctl') return ofBuildctl(found);
  return tool === 'kaniko' ? ofKaniko(found) : found;
}

/** @see https://github.com/moby/buildkit/blob/master/docs/reference/buildctl.md */
function ofBuildctl({ values }: Given): Given {
  const pairs = values
    .filter(({ flag }) => flag === '--opt' || flag === '--local' || flag === '--frontend-opt')
    .map(({ flag, value }) => ({ flag, name: value.split('=', 1)[0] ?? '', value: value.replace(/^[^=]*=?/, '') }));
  const one = (name: string, isLocal: boolean) =>
    pairs.findLast((pair) => pair.name === name && (pair.flag === '--local') === isLocal)?.value;
  const directory = one('dockerfile', true) ?? one('context', true);
  const file = one('filename', false) ?? 'Dockerfile';
  const options = pairs.flatMap(({ name, value }) => {
    if (name.startsWith('build-arg:')) return [{ flag: '--build-arg', value: `${name.slice(10)}=${value}` }];
    if (name.startsWith('context:')) return [{ flag: '--build-context', value: `${name.slice(8)}=${value}` }];
    // The image that is the frontend: as if BUILDKIT_SYNTAX named it.
    if (name === 'source') return [{ flag: '--build-arg', value: `BUILDKIT_SYNTAX=${value}` }];
    return name === 'target' || name === 'platform' ? [{ flag: `--${name}`, value }] : [];
  });
  return {
    files: directory === undefined ? [] : [`${directory}/${file}`],
    places: [one('context', true) ?? '.'],
    values: options,
  };
}

/** @see https://github.com/GoogleContainerTools/kaniko#additional-flags */
function ofKaniko({ files, values }: Given): Given {
  const one = (...names: readonly string[]) => values.findLast(({ flag }) => names.includes(flag))?.value;
  const local = (path: string) => path.replace(/^dir:\/\//, '').replace(/^\/workspace(?=\/|$)/, TOP_MARK);
  const sub = one('--context-sub-path');
  const context = local(one('--context', '-c') ?? '/workspace');
  return {
    files: files.map(local),
    places: [sub === undefined ? context : `${context}/${sub}`],
    values: values.map(({ flag, value }) => ({
      flag: /^--custom-?platform$/i.test(flag) ? '--platform' : flag,
      value,
    })),
  };
}

function requestedBuild(
  invocation: BuildInvocation,
  directory: string | null,
  line: number,
  defaults: ReadonlySet<string>,
): NamedBuild | string | undefined {
  const { tool, environment } = invocation;
  const { files, places, values } = given(invocation);
  // podman builds where it is run unless it is given a context.
  if (tool === 'podman' && places.length === 0 && !invocation.words.includes('--help')) places.push('.');
  let target: string | undefined;
  let platforms: readonly string[] | undefined;
  let firstBase: string | undefined;
  const argumentFiles: string[] = [];
  const preprocessorFlags: string[] = [];
  const buildArgs: Record<string, string> = {};
  const buildContexts: Record<string, string> = {};
  const mayDiffer = (flag: string, value: string) =>
    defaults.has(value) || defaults.has(`${flag}=${value}`) || defaults.has(`${flag}${value}`);
  const open = { args: [] as string[], target: false, contexts: [] as string[], platforms: false };
  const tags = values.flatMap(({ flag, value }) => (TAG_FLAGS.has(flag) ? literalName(value) : []));
  const ofEnvironment = environment.get('DOCKER_DEFAULT_PLATFORM');
  if (ofEnvironment !== undefined && !isOpen(ofEnvironment)) platforms = [ofEnvironment];
  for (const { flag, value } of values) {
    const isDefaulted = mayDiffer(flag, value);
    if (isDefaulted && flag === '--build-arg') open.args.push(openName(value));
    open.target ||= isDefaulted && flag === '--target';
    if (isDefaulted && flag === '--build-context') open.contexts.push(openContext(value));
    open.platforms ||= isDefaulted && flag === '--platform';
    if (flag === '--build-arg') {
      const inherited = environment.get(value);
      // Without a value it is the environment's.
      if (isOpen(value) || !(value.includes('=') || inherited !== undefined)) open.args.push(openName(value));
      else assign(buildArgs, inherited === undefined ? value : `${value}=${inherited}`);
    } else if (flag === '--build-arg-file') {
      const path = tool === 'podman' && !isDefaulted ? joinInside(directory, value) : undefined;
      if (path === undefined) open.args.push('');
      else argumentFiles.push(path);
    } else if (flag === '--cpp-flag') preprocessorFlags.push(value);
    else if (flag === '--build-context') {
      if (isOpen(value)) open.contexts.push(openContext(value));
      else assign(buildContexts, value.replace(/=(?:container-image|docker):\/\//, '=docker-image://'));
    } else if (flag === '--target') {
      if (isOpen(value)) open.target = true;
      else target = value;
    } else if (flag === '--platform') {
      if (isOpen(value)) open.platforms = true;
      else platforms = value.split(',');
    } else if (flag === '--from' && tool === 'podman') {
      if (isOpen(value)) return 'overrides the base image (--from)';
      firstBase = value;
    }
  }
  // What a variable stands for among the places may be flags of any kind.
  if (places.length > 1 && places.some(isOpen)) open.args.push('');
  const context = places.find((place) => !isOpen(place)) ?? places[0];
  const file = files.at(-1);
  const isMade = tool === 'podman' && (files.length > 1 || file?.endsWith('.in') === true);
  const parts = (isMade ? files : []).map((part) =>
    [joinInside(directory, part), joinInside(directory, context, part)].filter((path) => path !== undefined),
  );
  if (parts.some((paths) => paths.length === 0) || (isMade && preprocessorFlags.some(isOpen)))
    return `builds ${listed(files.map((part) => (isOpen(part) ? 'a file that is only known at run time' : part)))} as one`;
  const usual = tool === 'podman' ? 'Containerfile' : 'Dockerfile';
  const path = file === undefined ? joinInside(directory, context, usual) : joinInside(directory, file);
  const inContext =
    file === undefined || tool === 'docker' || tool === 'nerdctl' ? undefined : joinInside(directory, context, file);
  const found = path ?? inContext;
  if (found === undefined) return whyUnseen(file, context, directory);
  const isOtherFile = mayDiffer('-f', file ?? '') || mayDiffer('--file', file ?? '') || defaults.has(context ?? '');
  const contextPath = contextOf(context, directory);
  return {
    file: found,
    ...optionalField('target', target),
    ...optionalField('platforms', platforms),
    ...optionalField('firstBase', firstBase),
    ...(parts.length + argumentFiles.length === 0
      ? {}
      : { podman: { files: parts, argumentFiles, preprocessorFlags } }),
    buildArgs,
    buildContexts,
    ...openParts({ ...open, ...(isOtherFile ? { file: true } : {}) }),
    request: {
      line,
      ...optionalField('context', contextPath),
      ...optionalField('otherwise', inContext),
      ...(tags.length === 0 ? {} : { tags }),
    },
  };
}

/** Relative to the repository, `.` for its top, or a URL; undefined where only a run knows it. */
function contextOf(context: string | undefined, directory: string | null): string | undefined {
  if (context === undefined || isOpen(context)) return undefined;
  if (/^(?:[a-z+]+:\/\/|git@|\/|-$|github\.com\/)/.test(context)) return context;
  const inside = joinInside(directory, context, 'x')?.replace(/\/?x$/, '');
  if (inside !== undefined) return inside === '' ? '.' : inside;
  return directory === null || context.includes(OWN_MARK) ? undefined : posix.join(directory, context);
}

const TAG_FLAGS = new Set(['-t', '--tag', '-d', '--destination']);

/** The name of an image up to where it is not known: a tag may be open, the repository not. */
function literalName(text: string): readonly string[] {
  if (!isOpen(text)) return [text];
  const [, name] = /^([\w./-]+(?::\d+\/[\w./-]+)?):/.exec(text) ?? [];
  return name === undefined ? [] : [name];
}

/** A run of bake, or why it is not known what it builds. */
function bakeRun(invocation: BuildInvocation, directory: string | null, line: number): BakeRun | string {
  const { files, places, values } = given(invocation);
  const fromEnvironment = invocation.environment.get('BUILDX_BAKE_FILE');
  const all = files.length > 0 || fromEnvironment === undefined ? files : [fromEnvironment];
  const paths = all.map((file) => joinInside(directory, file.replace(/^cwd:\/\//, '')));
  const known = paths.filter((path) => path !== undefined);
  const isRemote = places.some((place) => /^(?:[a-z+]+:\/\/|git@|github\.com\/)/.test(place));
  if (directory === null || known.length < paths.length || isRemote)
    return 'runs docker buildx bake on files that are only known at run time';
  const overrides = values.filter(({ flag }) => flag === '--set').map(({ value }) => value);
  const variables = values.filter(({ flag }) => flag === '--var').map(({ value }) => `var ${value}`);
  return { files: known, directory, overrides: [...overrides, ...variables], line };
}

/** `--file=x`, `-f=x`, `-fx` and `-qf` as the flag and, where it is in the same word, its value. */
function splitFlag(word: string): { readonly flag: string; readonly value?: string } {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    return equals < 0 ? { flag: word } : { flag: word.slice(0, equals), value: word.slice(equals + 1) };
  }
  let rest = word.slice(1);
  while (rest.length > 1 && SWITCHES.has(`-${rest[0]}`)) rest = rest.slice(1);
  const flag = `-${rest[0] ?? ''}`;
  return rest.length > 1 ? { flag, value: rest.slice(1).replace(/^=/, '') } : { flag };
}

function whyUnseen(
  file: string | undefined,
  context: string | undefined,
  directory: string | null,
): string | undefined {
  const place = file ?? context;
  if (place === undefined) return undefined;
  if (place === '-') return 'builds from standard input';
  if (isOpen(place) || directory === null) return 'builds a file that is only known at run time';
  return 'builds a file from outside the repository';
}
