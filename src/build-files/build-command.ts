/** One build that a command line or a workflow step asks for, as far as it is literal. */
export interface NamedBuild {
  /** Relative to the repository, with `/`. */
  readonly file: string;
  readonly target?: string;
  readonly platforms?: readonly string[];
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly buildContexts: Readonly<Record<string, string>>;
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
]);

/**
 * The builds that a shell script asks for with `docker build`, `docker buildx build`, `docker image build`,
 * `podman build`, `buildah build` or `buildah bud`. A word with a variable or a substitution is not literal: it is left
 * out, and so is a build whose file it names. `cd` and `pushd` are followed; in a folder that is not known, nothing is.
 */
export function buildsInScript(script: string, directory: string): NamedBuild[] {
  const builds: NamedBuild[] = [];
  const outer: (string | null)[] = [];
  let current: string | null = directory;
  for (const words of commands(script)) {
    const [first] = words;
    if (first === OPEN) outer.push(current);
    else if (first === CLOSE) current = outer.pop() ?? current;
    else if (first === 'cd' || first === 'pushd') current = changed(current, words);
    else if (first === 'popd') current = null;
    const start = buildArguments(words);
    if (start === undefined) continue;
    const build = parseBuild(words.slice(start), current);
    if (build !== undefined) builds.push(build);
  }
  return builds;
}

/** Where parentheses begin and end commands of their own, which come back to the folder they began in. */
const OPEN = '(';
const CLOSE = ')';

/** The folder after `cd FOLDER`; null where it is not known or no folder of the repository. */
function changed(directory: string | null, [, folder, ...more]: readonly (string | null)[]): string | null {
  if (folder === undefined || folder === null || folder.startsWith('-') || more.length > 0) return null;
  return joinInside(directory, folder, 'x')?.replace(/\/?x$/, '') ?? null;
}

/** Where the arguments of a build begin, if the words hold one: after `sudo`, `time`, assignments and the like. */
function buildArguments(words: readonly (string | null)[]): number | undefined {
  const tool = words.findIndex((word) => word === 'docker' || word === 'podman' || word === 'buildah');
  if (tool < 0) return undefined;
  let index = tool + 1;
  while (words[index] === 'buildx' || words[index] === 'image' || words[index] === 'builder') index++;
  return words[index] === 'build' || words[index] === 'bud' ? index + 1 : undefined;
}

function parseBuild(words: readonly (string | null)[], directory: string | null): NamedBuild | undefined {
  let file: string | null | undefined;
  let context: string | null | undefined;
  let target: string | undefined;
  let platforms: readonly string[] | undefined;
  const buildArgs: Record<string, string> = {};
  const buildContexts: Record<string, string> = {};
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === null || word === undefined || !word.startsWith('-') || word === '-') {
      context ??= word;
      continue;
    }
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const flag = equals < 0 ? word : word.slice(0, equals);
    const value = equals >= 0 ? word.slice(equals + 1) : SWITCHES.has(flag) ? undefined : words[++index];
    if (flag === '-f' || flag === '--file') file = value;
    else if (value === undefined || value === null) continue;
    else if (flag === '--target') target = value;
    else if (flag === '--platform') platforms = value.split(',');
    else if (flag === '--build-arg') assign(buildArgs, value);
    else if (flag === '--build-context') assign(buildContexts, value);
  }
  const path =
    file === undefined
      ? joinInside(directory, context, 'Dockerfile')
      : file === null
        ? undefined
        : joinInside(directory, file);
  if (path === undefined) return undefined;
  return {
    file: path,
    ...(target === undefined ? {} : { target }),
    ...(platforms === undefined ? {} : { platforms }),
    buildArgs,
    buildContexts,
  };
}

/** Notes `NAME=value`; a bare name takes its value from the environment, which is not known. */
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
 * `;`, `&`, `|`; a parenthesis is a command by itself. A word with `$` or a backquote in it is `null`.
 */
function commands(script: string): (string | null)[][] {
  const found: (string | null)[][] = [];
  let words: (string | null)[] = [];
  let word = '';
  let inWord = false;
  let literal = true;
  const endWord = () => {
    if (inWord) words.push(literal ? word : null);
    word = '';
    inWord = false;
    literal = true;
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
      if (character === '"' && /[$`]/.test(text)) literal = false;
      word += character === '"' ? text.replace(/\\(["\\])/g, '$1') : text;
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
      if (character === '$' || character === '`') literal = false;
      word += character;
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
