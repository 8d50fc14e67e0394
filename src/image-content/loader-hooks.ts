import type { EnvironmentFinding } from './environment-facts.js';
import type { FileTree } from './filesystem/file-tree.js';
import { keptText, whyUnread } from './filesystem/kept-text.js';

/** Something that loads another program's code, and where it is set: a path or a variable, and a clause. */
export type LoaderHook = EnvironmentFinding;

/** Why a place is one that others can put code into; undefined where it is not. The reason can follow "which". */
export type WhyOpen = (path: string) => string | undefined;

/** Entries of loader configuration that are looked at; real files have a dozen lines. */
const MAX_LINES = 1000;
/** Includes nest once in every distribution. */
const CONF = 'etc/ld.so.conf';

/** Lists of directories that programs and the loader take code from. An empty entry is the working directory. */
const SEARCH_PATHS: ReadonlySet<string> = new Set([
  'PATH',
  'LD_LIBRARY_PATH',
  'GCONV_PATH',
  'PYTHONPATH',
  'NODE_PATH',
  'PERL5LIB',
  'PERLLIB',
  'RUBYLIB',
  'CLASSPATH',
  'GEM_PATH',
  'GEM_HOME',
  'LUA_PATH',
  'LUA_CPATH',
  'PYTHONHOME',
  'PYTHONUSERBASE',
  'OPENSSL_MODULES',
  'OPENSSL_ENGINES',
]);
/** Where a relative directory is never meant. Applications do say `PYTHONPATH=.`, and know where they start. */
const RELATIVE_COUNTS: ReadonlySet<string> = new Set(['PATH', 'LD_LIBRARY_PATH', 'GCONV_PATH']);
/** Variables that name a file or options with files that are run or loaded at each start. */
const LOADED: ReadonlySet<string> = new Set([
  'BASH_ENV',
  'ENV',
  'ZDOTDIR',
  'NODE_OPTIONS',
  'PYTHONSTARTUP',
  'PERL5OPT',
  'RUBYOPT',
  'JAVA_TOOL_OPTIONS',
  '_JAVA_OPTIONS',
  'JDK_JAVA_OPTIONS',
  'PHPRC',
  'PHP_INI_SCAN_DIR',
  'DOTNET_STARTUP_HOOKS',
  'CORECLR_PROFILER_PATH',
  'COR_PROFILER_PATH',
  'OPENSSL_CONF',
]);
const PRELOADED: ReadonlySet<string> = new Set(['LD_PRELOAD', 'LD_AUDIT']);

/** What the environment loads into programs from a place that others can write to, or wherever it is preloaded. */
export function environmentHooks(env: readonly string[], whyOpen: WhyOpen): readonly LoaderHook[] {
  const found: LoaderHook[] = [];
  for (const line of env) {
    const equals = line.indexOf('=');
    const variable = line.slice(0, Math.max(equals, 0));
    const value = line.slice(equals + 1);
    if (value === '') continue;
    if (PRELOADED.has(variable)) found.push({ variable, reason: 'loads a library into every process' });
    if (SEARCH_PATHS.has(variable)) found.push(...searched(variable, value, whyOpen));
    if (LOADED.has(variable)) found.push(...loaded(variable, value, whyOpen));
  }
  return found;
}

function searched(variable: string, value: string, whyOpen: WhyOpen): readonly LoaderHook[] {
  const separator = variable.startsWith('LUA_') ? /[;]/ : /[:;]/;
  return value
    .split(variable === 'LD_LIBRARY_PATH' || variable.startsWith('LUA_') ? separator : ':')
    .flatMap((directory) => {
      if (!directory.startsWith('/') && !RELATIVE_COUNTS.has(variable)) return [];
      if (!directory.startsWith('/') && !directory.startsWith('$'))
        return [
          {
            variable,
            reason: `has ${directory === '' ? 'an empty entry' : `the relative directory ${JSON.stringify(directory.slice(0, 100))}`}, so what runs depends on the working directory`,
          },
        ];
      const why = whyOpen(directory.replace(/\/[^/]*[*?].*$/, ''));
      return why === undefined
        ? []
        : [{ variable, reason: `has the directory ${directory.slice(0, 200)}, which ${why}` }];
    });
}

/** The absolute paths in options such as `--require /tmp/x.js` or `-javaagent:/tmp/x.jar`, and relative ones after those that load. */
function loaded(variable: string, value: string, whyOpen: WhyOpen): readonly LoaderHook[] {
  const paths = [...value.slice(0, 10_000).matchAll(/(?:^|[\s=:,MrIC])(\/[^\s=:,;"']*)/g)].map(([, path = '']) => path);
  const relative = /(?:^|\s|=|:|-r|-M|-I)(\.{1,2}\/[^\s:,;"']*)/.exec(value)?.[1];
  if (relative !== undefined)
    return [{ variable, reason: `loads ${relative.slice(0, 200)}, which depends on the working directory` }];
  return paths.flatMap((path) => {
    const why = whyOpen(path);
    return why === undefined ? [] : [{ variable, reason: `loads ${path.slice(0, 200)}, which ${why}` }];
  });
}

/** What the loader's own files load into every program: all of ld.so.preload, and directories that others can write to. */
export function loaderFileHooks(tree: FileTree, whyOpen: WhyOpen): readonly LoaderHook[] {
  const found: LoaderHook[] = [];
  const preload = lines(tree, 'etc/ld.so.preload');
  const [first] = preload;
  if (first !== undefined || whyUnread(tree, 'etc/ld.so.preload') !== undefined)
    found.push({
      variable: '/etc/ld.so.preload',
      reason: `loads ${(first ?? 'an unreadable file').slice(0, 200)} into every process`,
    });
  const files = [
    CONF,
    ...[...tree.list('etc/ld.so.conf.d')].map(
      ({ path }) => `etc/ld.so.conf.d/${path.slice(path.lastIndexOf('/') + 1)}`,
    ),
    ...[...tree.list('etc')].flatMap(({ path }) => (/\/ld-musl-[^/]+\.path$/.test(path) ? [path] : [])),
  ];
  for (const file of files) {
    for (const line of lines(tree, file)) {
      if (/^(?:include|hwcap)\s/.test(line)) continue;
      for (const directory of line.split(/[:,\s]+/).filter((part) => part !== '')) {
        const why = directory.startsWith('/') ? whyOpen(directory) : 'depends on the working directory';
        if (why !== undefined)
          found.push({ variable: `/${file}`, reason: `has the directory ${directory.slice(0, 200)}, which ${why}` });
      }
    }
  }
  return found;
}

function lines(tree: FileTree, path: string): readonly string[] {
  return (keptText(tree, path) ?? '')
    .split('\n', MAX_LINES)
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line !== '');
}

/**
 * Says whether others than root can put something in a place: it is writable to all, or it is missing below a directory
 * that is. What is missing below one that only its owner writes to is fine: images without a shell lack most of PATH.
 */
export function openPlaces(tree: FileTree): WhyOpen {
  const isWritable = (path: string) => ((tree.resolve(path)?.mode ?? 0) & 0o002) !== 0;
  return (path) => {
    if (!path.startsWith('/')) return undefined;
    // A program's own file there can't be replaced where only the directory is sticky and the file is root's.
    const there = tree.resolve(path);
    if (isWritable(path)) return 'anyone can write to';
    if (there !== undefined && there.type !== 'directory') {
      const directory = path.slice(0, path.lastIndexOf('/'));
      const mode = tree.resolve(directory === '' ? '/' : directory)?.mode ?? 0;
      return (mode & 0o1002) === 0o002 ? 'is in a directory that anyone can write to' : undefined;
    }
    if (there !== undefined) return undefined;
    for (let at = path.replace(/\/+$/, ''); at !== ''; ) {
      at = at.slice(0, at.lastIndexOf('/'));
      // Every runtime has a /tmp, and most give it to all.
      if (at === '/tmp' || at === '/var/tmp' || at === '/dev/shm')
        return `is missing, and anyone can create it in ${at}`;
      const above = tree.resolve(at === '' ? '/' : at);
      if (above === undefined) continue;
      return (above.mode & 0o002) !== 0 ? `is missing, and anyone can create it in ${at}` : undefined;
    }
    return undefined;
  };
}
