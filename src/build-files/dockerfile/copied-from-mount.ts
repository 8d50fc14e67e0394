import { resolvePath } from './image-paths.js';

/** A path below a mount that a command copies, relative to the mount, and where to; undefined where that is not known. */
interface MountCopy {
  readonly path: string;
  readonly to: string | undefined;
}

/** Programs that copy directories, and whether they do so by default. `cp` needs a flag. */
const COPIES_ALWAYS = /^(?:rsync|tar|bsdtar|mv|pax|cpio|rclone|unison|install)$/;
const RECURSIVE = /^(?:-[a-zA-Z]*[aRr][a-zA-Z]*|--archive|--recursive)$/;
const NO_WORD = /^(?:-|[<>]|\d*[<>])/;

/**
 * The paths of a mount that the commands of a RUN copy as directories, by cp, rsync, tar and their like. It reads a
 * script's plain words alone: quotes are taken off, and what a loop or a substitution hides is not seen.
 *
 * `script` is one or more texts, or with `isExec` the words of one command; `mount` and `directory` are paths without
 * the leading slash, `directory` undefined where it is not known.
 */
export function copiedFromMount(
  script: readonly string[],
  mount: string,
  directory: string | undefined,
  isExec: boolean,
): readonly MountCopy[] {
  const commands = isExec ? execCommands(script) : script.flatMap(commandsIn);
  const found: MountCopy[] = [];
  const piped = commands.some(([program]) => isProgram(program, 'cpio') || isProgram(program, 'xargs'));
  let current = directory;
  for (const words of commands) {
    const [program = '', ...rest] = words;
    if (program === 'cd' || program === 'pushd') {
      current = rest[0] === undefined ? undefined : resolvePath(current, rest[0]);
      continue;
    }
    const copier = words.findIndex((word) => isCopier(word));
    const isListed = isProgram(program, 'find') && (piped || copier > 0);
    if (copier < 0 && !isListed) continue;
    const named = words.slice(isListed ? 1 : copier + 1);
    if (isProgram(words[copier], 'cp') && !named.some((word) => RECURSIVE.test(word))) continue;
    found.push(...pathsOf(named, mount, current));
  }
  return found;
}

function pathsOf(named: readonly string[], mount: string, directory: string | undefined): readonly MountCopy[] {
  const paths: string[] = [];
  let from = directory;
  for (const [index, word] of named.entries()) {
    const chosen = /^(?:-C|--directory=?)(.*)$/.exec(word)?.[1];
    if (chosen !== undefined) {
      from = resolvePath(from, chosen === '' ? (named[index + 1] ?? '') : chosen);
      continue;
    }
    if (NO_WORD.test(word)) continue;
    const path = resolvePath(from, word);
    if (path !== undefined) paths.push(path);
  }
  const below = mount === '' ? '' : `${mount}/`;
  const last = paths.at(-1);
  const to = last === undefined || `${last}/`.startsWith(below) ? undefined : last;
  return paths.flatMap((path) => {
    if (!`${path}/`.startsWith(below) || (path === to && mount === '')) return [];
    return [{ path: path.slice(below.length).replace(/(?:^|\/)\*+$/, ''), to }];
  });
}

function isCopier(word: string): boolean {
  return isProgram(word, 'cp') || COPIES_ALWAYS.test(word.slice(word.lastIndexOf('/') + 1));
}

function isProgram(word: string | undefined, name: string): boolean {
  return word === name || word?.endsWith(`/${name}`) === true;
}

/** `["sh", "-c", "cp -a /x/. /"]` holds a script. */
function execCommands(words: readonly string[]): readonly (readonly string[])[] {
  const script = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  return script > 0 ? commandsIn(words[script + 1] ?? '') : [words];
}

function commandsIn(script: string): readonly (readonly string[])[] {
  return script
    .replace(/\\\r?\n/g, ' ')
    .replace(/["']/g, '')
    .split(/[;&|()\n]+/)
    .map((command) => command.split(/\s+/).filter((word) => word !== ''));
}
