import { optionalField } from '../../lib/collections.js';
/** One build that a command line or a workflow step asks for, as far as it is literal. */
export interface NamedBuild {
  /** Relative to the repository, with `/`. */
  readonly file: string;
  readonly target?: string;
  readonly platforms?: readonly string[];
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly buildContexts: Readonly<Record<string, string>>;
  /** What it is given besides, to a value that only a run knows. */
  readonly open?: OpenParts;
}

/** What of a build's parameters is not known. */
export interface OpenParts {
  /** Names of build arguments; an empty one stands for any. */
  readonly args: readonly string[];
  readonly target: boolean;
  readonly contexts: boolean;
}

/** The builds that a script or a workflow asks for, and what it does that is none we can look at, in clauses. */
export interface RequestedBuilds {
  readonly named: readonly NamedBuild[];
  readonly unseen: readonly string[];
}

/** Flags of `docker build` that take a value; the others are switches. */
const SWITCHES = new Set([
  '--no-cache',
  '--pull',
  '--push',
  '--load',
  '--quiet',
  '-q',
  '--rm',
  '--force-rm',
  '--squash',
  '--check',
  '--debug',
  '-D',
  '--compress',
  '--layers',
  '--squash-all',
  '--tls-verify',
  '--disable-content-trust',
  '--disable-compression',
  '--http-proxy',
  '--skip-unused-stages',
  '--omit-history',
  '--identity-label',
  '--no-hosts',
  '--no-hostname',
  '--stdin',
  '--help',
  '-h',
]);

/** Stands in a word for what only a run knows: a variable, a substitution. */
const OPEN_MARK = '\0';
const isOpen = (word: string) => word.includes(OPEN_MARK);

/** Where a shell has input come from or output go to: a word of its own, or one with the file behind it. */
const REDIRECTION = /^\d*(?:<{1,3}|>{1,2})/;
const REDIRECTION_ALONE = /^\d*(?:<{1,3}|>{1,2})$/;

/** Where parentheses begin and end commands of their own, which come back to the directory they began in. */
const OPEN = '(';
const CLOSE = ')';

/**
 * The builds that a shell script asks for with `docker build`, `docker buildx build`, `docker image build`,
 * `podman build`, `buildah build` or `buildah bud`. A word with a variable or a substitution is not literal: it is left
 * out, and so is a build whose file it names. `cd` and `pushd` are followed; in a directory that is not known, nothing is.
 */
export function buildsInScript(script: string, directory: string | null): RequestedBuilds {
  const named: NamedBuild[] = [];
  const unseen: string[] = [];
  const outer: (string | null)[] = [];
  let current = directory;
  for (const words of commands(script)) {
    const [first] = words;
    if (first === OPEN) outer.push(current);
    else if (first === CLOSE) current = outer.pop() ?? current;
    else if (first === 'cd' || first === 'pushd') current = changed(current, words);
    else if (first === 'popd') current = null;
    const start = buildArguments(words);
    if (start === 'bake') unseen.push('runs docker buildx bake');
    if (typeof start !== 'number') continue;
    const build = parseBuild(words.slice(start), current);
    if (typeof build === 'string') unseen.push(build);
    else if (build !== undefined) named.push(build);
  }
  return { named, unseen };
}

/** The directory after `cd DIRECTORY`; null where it is not known or no directory of the repository. */
function changed(directory: string | null, [, dir, ...more]: readonly string[]): string | null {
  if (dir === undefined || isOpen(dir) || dir.startsWith('-') || more.length > 0) return null;
  return joinInside(directory, dir, 'x')?.replace(/\/?x$/, '') ?? null;
}

/** Where the arguments of a build begin, if the words hold one: after `sudo`, `time`, assignments and the like. */
function buildArguments(words: readonly string[]): number | 'bake' | undefined {
  const tool = words.findIndex((word) => word === 'docker' || word === 'podman' || word === 'buildah');
  if (tool < 0) return undefined;
  let index = tool + 1;
  while (words[index] === 'buildx' || words[index] === 'image' || words[index] === 'builder') index++;
  if (words[index] === 'bake') return 'bake';
  return words[index] === 'build' || words[index] === 'bud' ? index + 1 : undefined;
}

function parseBuild(words: readonly string[], directory: string | null): NamedBuild | string | undefined {
  let file: string | undefined;
  let target: string | undefined;
  let platforms: readonly string[] | undefined;
  const places: string[] = [];
  const buildArgs: Record<string, string> = {};
  const buildContexts: Record<string, string> = {};
  const open = { args: [] as string[], target: false, contexts: false };
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (REDIRECTION.test(word)) {
      if (REDIRECTION_ALONE.test(word)) index++;
      continue;
    }
    if (!word.startsWith('-') || word === '-') {
      places.push(word);
      continue;
    }
    const { flag, value = SWITCHES.has(flag) ? undefined : words[++index] } = splitFlag(word);
    if (value === undefined) continue;
    if (flag === '-f' || flag === '--file') file = value;
    else if (flag === '--build-arg') {
      // Without a value it is the environment's.
      if (isOpen(value) || !value.includes('=')) open.args.push(openName(value));
      else assign(buildArgs, value);
    } else if (flag === '--build-context') {
      if (isOpen(value)) open.contexts = true;
      else assign(buildContexts, value);
    } else if (flag === '--target') {
      if (isOpen(value)) open.target = true;
      else target = value;
    } else if (flag === '--platform' && !isOpen(value)) platforms = value.split(',');
  }
  // What a variable stands for among the places may be flags of any kind.
  if (places.length > 1 && places.some(isOpen)) open.args.push('');
  const context = places.find((place) => !isOpen(place)) ?? places[0];
  const path =
    file === undefined ? joinInside(directory, known(context), 'Dockerfile') : joinInside(directory, known(file));
  if (path === undefined) return whyUnseen(file, context, directory);
  return {
    file: path,
    ...optionalField('target', target),
    ...optionalField('platforms', platforms),
    buildArgs,
    buildContexts,
    ...openParts(open),
  };
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

function known(word: string | undefined): string | null {
  return word === undefined || isOpen(word) ? null : word;
}

function whyUnseen(
  file: string | undefined,
  context: string | undefined,
  directory: string | null,
): string | undefined {
  const place = file ?? context;
  // Nothing is built without a place: `docker build --help`.
  if (place === undefined) return undefined;
  if (place === '-') return 'builds from standard input';
  if (isOpen(place) || directory === null) return 'builds a file that only a run knows';
  return 'builds a file from outside the repository';
}

/** The name of a build argument whose value is not known; empty where the name is not, either. */
export function openName(text: string): string {
  const [name = ''] = text.split('=', 1);
  return /^\w+$/.test(name) ? name : '';
}

/** As a field of a build; none where all is known. */
export function openParts(open: OpenParts): Pick<NamedBuild, 'open'> {
  return open.args.length > 0 || open.target || open.contexts ? { open } : {};
}

/** Notes `NAME=value`; a text without a value says nothing. */
export function assign(values: Record<string, string>, text: string): void {
  const equals = text.indexOf('=');
  if (equals <= 0) return;
  Object.defineProperty(values, text.slice(0, equals), {
    value: text.slice(equals + 1),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** Joins path parts; `undefined` where a part is not known, is no path in the repository, or leads out of it. */
export function joinInside(...parts: readonly (string | null | undefined)[]): string | undefined {
  const segments: string[] = [];
  for (const part of parts) {
    if (part === null || part === undefined || part.startsWith('/') || /^(?:[a-z+]+:|git@)|^-$/.test(part))
      return undefined;
    for (const segment of part.split('/')) {
      if (segment === '' || segment === '.') continue;
      if (segment !== '..') segments.push(segment);
      else if (segments.pop() === undefined) return undefined;
    }
  }
  return segments.length === 0 ? undefined : segments.join('/');
}

/**
 * Cuts a script into commands and these into words, as a shell does: quotes, escapes, continuation lines, comments,
 * `;`, `&`, `|`; a parenthesis is a command by itself. A word with `$` or a backquote in it has the mark there.
 */
function commands(script: string): string[][] {
  const found: string[][] = [];
  let words: string[] = [];
  let word = '';
  let inWord = false;
  const endWord = () => {
    if (inWord) words.push(word);
    word = '';
    inWord = false;
  };
  const endCommand = () => {
    endWord();
    if (words.length > 0) found.push(words);
    words = [];
  };
  for (let index = 0; index < script.length; index++) {
    const character = script[index] ?? '';
    if (character === '\\') {
      index++;
      if (script[index] === '\n') continue;
      word += script[index] ?? '';
      inWord = true;
    } else if (character === "'" || character === '"') {
      const end = closingQuote(script, index);
      const text = script.slice(index + 1, end);
      word += character === '"' ? text.replace(/[$`]/g, OPEN_MARK).replace(/\\(["\\])/g, '$1') : text;
      inWord = true;
      index = end;
    } else if (character === '#' && !inWord) {
      const end = script.indexOf('\n', index);
      index = (end < 0 ? script.length : end) - 1;
    } else if (/[;&|()\n]/.test(character)) {
      endCommand();
      if (character === OPEN || character === CLOSE) found.push([character]);
    } else if (/\s/.test(character)) endWord();
    else {
      word += character === '$' || character === '`' ? OPEN_MARK : character;
      inWord = true;
    }
  }
  endCommand();
  return found;
}

function closingQuote(script: string, open: number): number {
  const quote = script[open];
  let index = open + 1;
  while (index < script.length && script[index] !== quote) index += quote === '"' && script[index] === '\\' ? 2 : 1;
  return index;
}
