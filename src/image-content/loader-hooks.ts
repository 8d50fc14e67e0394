import { posix } from 'node:path';
import type { EnvironmentFinding } from './environment-facts.js';
import type { FileTree } from './filesystem/file-tree.js';
import { keptBytes, keptText, whyUnread } from './filesystem/kept-text.js';

/** Something that loads another program's code, and where it is set: a path or a variable, and a clause. */
export type LoaderHook = EnvironmentFinding;

/** Why a place is one that others can put code into; undefined where it is not. The reason can follow "which". */
export type WhyOpen = (path: string) => string | undefined;

/** Entries of loader configuration that are examined; real files have a dozen lines. */
const MAX_LINES = 1000;
/** Includes nest once in every distribution. */
const CONF = 'etc/ld.so.conf';
const CACHE = 'etc/ld.so.cache';
/** Texts of the cache, most of which are its binary part; the largest distributions have some thousand libraries. */
const MAX_CACHED = 1_000_000;
/** Every runtime has these, and gives them to all; the last are the working directory and open files of a process. */
const OPEN_AT_RUNTIME = /^(?:\/tmp|\/var\/tmp|\/dev\/(?:shm|mqueue|fd)|\/proc\/[^/]+\/(?:cwd|root|fd))(?=\/|$)/;

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
  'GIT_EXEC_PATH',
  'GIO_EXTRA_MODULES',
  'GST_PLUGIN_PATH',
  'QT_PLUGIN_PATH',
  'ERL_LIBS',
  'R_LIBS',
  'R_LIBS_SITE',
  'R_LIBS_USER',
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
  'GIT_SSH',
  'GIT_ASKPASS',
  'R_PROFILE',
  'R_ENVIRON',
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
    if (PRELOADED.has(variable) && /[^\s:]/.test(value))
      found.push({ variable, reason: 'loads a library into every process' });
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
      // The loader expands $ORIGIN and its like, and nothing expands a variable in PATH.
      if (!directory.startsWith('/') && !(variable === 'LD_LIBRARY_PATH' && directory.startsWith('$')))
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
  const paths = [...value.slice(0, 10_000).matchAll(/(?:^|[\s=:,"'@MrIC])(\/[^\s=:,;"']*)/g)].map(
    ([, path = '']) => path,
  );
  const relative = /(?:^|[\s=:"'@]|-r|-M|-I)(\.{1,2}\/[^\s:,;"']*)/.exec(value)?.[1];
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
    if (whyUnread(tree, file) !== undefined)
      found.push({ variable: `/${file}`, reason: 'is a link to a file whose content is not read' });
    for (const line of lines(tree, file)) {
      if (/^hwcap\s/.test(line)) continue;
      const [, included] = /^include\s+(.*)$/.exec(line) ?? [];
      if (included !== undefined) found.push(...otherIncludes(file, included));
      else found.push(...configured(file, line, whyOpen));
    }
  }
  return [...found, ...cachedHooks(tree, whyOpen)];
}

/** The directories of a line, each with the type of its libraries behind `=`, which ldconfig ignores. */
function configured(file: string, line: string, whyOpen: WhyOpen): readonly LoaderHook[] {
  return line.split(/[:,\s]+/).flatMap((part) => {
    const directory = part.replace(/=.*$/, '');
    if (directory === '') return [];
    const why = directory.startsWith('/') ? whyOpen(directory) : 'depends on the working directory';
    return why === undefined
      ? []
      : [{ variable: `/${file}`, reason: `has the directory ${directory.slice(0, 200)}, which ${why}` }];
  });
}

/** Files that are included from elsewhere than ld.so.conf.d, as every distribution has it, are not read. */
function otherIncludes(file: string, included: string): readonly LoaderHook[] {
  return included.split(/\s+/).flatMap((pattern) => {
    const path = posix.resolve(`/${posix.dirname(file)}`, pattern);
    return posix.dirname(path) === '/etc/ld.so.conf.d'
      ? []
      : [{ variable: `/${file}`, reason: `includes ${path.slice(0, 200)}, which is not read` }];
  });
}

/**
 * What the loader's cache leads to, whatever ld.so.conf says: the loader reads the cache alone.
 * @see https://sourceware.org/git/?p=glibc.git;a=blob;f=sysdeps/generic/dl-cache.h
 */
function cachedHooks(tree: FileTree, whyOpen: WhyOpen): readonly LoaderHook[] {
  const variable = '/etc/ld.so.cache';
  if (whyUnread(tree, CACHE) !== undefined)
    return [{ variable, reason: 'is a link to a file whose content is not read' }];
  const libraries = new Set(
    Buffer.from(keptBytes(tree, CACHE) ?? [])
      .toString('latin1')
      .split('\0', MAX_CACHED)
      .filter((text) => /^[./]/.test(text) && text.length > 1),
  );
  for (const library of libraries) {
    const why = library.startsWith('/') ? whyOpen(library) : 'depends on the working directory';
    if (why !== undefined) return [{ variable, reason: `has the library ${library.slice(0, 200)}, which ${why}` }];
  }
  return [];
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
    const [open] = there === undefined ? (OPEN_AT_RUNTIME.exec(posix.normalize(path)) ?? []) : [];
    if (open !== undefined) return `is missing, and at run time anyone can create it in ${open}`;
    if (there !== undefined && there.type !== 'directory') {
      const directory = path.slice(0, path.lastIndexOf('/'));
      const mode = tree.resolve(directory === '' ? '/' : directory)?.mode ?? 0;
      return (mode & 0o1002) === 0o002 ? 'is in a directory that anyone can write to' : undefined;
    }
    if (there !== undefined) return undefined;
    for (let at = path.replace(/\/+$/, ''); at !== ''; ) {
      at = at.slice(0, at.lastIndexOf('/'));
      const above = tree.resolve(at === '' ? '/' : at);
      if (above === undefined) continue;
      return (above.mode & 0o002) !== 0 ? `is missing, and anyone can create it in ${at}` : undefined;
    }
    return undefined;
  };
}
