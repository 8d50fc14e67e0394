import { TextWindows } from './byte-search.js';
import type { Cataloger } from './cataloger.js';
import { EMPTY } from './cataloger.js';

/** A runtime or server that says its version in its program's own strings. */
interface KnownProgram {
  /** As purls of type `generic` name it. */
  readonly component: string;
  /** What its programs and libraries are called, without their directory. */
  readonly files: RegExp;
  /** Finds the version as its first group, in a window of the program as text of one character a byte. */
  readonly version: RegExp;
  /** Its files are called by its release, such as `python3.11`: that is known even where the rest of the version is not. */
  readonly isNamedByRelease?: true;
}

const THREE = '[0-9]{1,4}\\.[0-9]{1,4}\\.[0-9]{1,4}';

/**
 * The strings were looked up in official builds; Syft's classifiers look for the same. A name and a string prove
 * presence, not absence.
 *
 * @see https://github.com/anchore/syft/blob/main/syft/pkg/cataloger/binary/classifiers.go
 */
const KNOWN: readonly KnownProgram[] = [
  {
    component: 'node',
    files: /^node(?:js)?$/,
    version: new RegExp(`(?:node\\.js/v|nodejs\\.org/download/release/v)(${THREE})(?=[/\\0])`),
  },
  {
    component: 'python',
    isNamedByRelease: true,
    files: /^(?:python[0-9.]*|libpython[0-9.]+[a-z]?\.so(?:\.[0-9.]+)?)$/,
    version: /\0((?:2\.7|3\.[0-9]{1,2})\.[0-9]{1,3}(?:(?:a|b|rc)[0-9]{1,2})?)\+?\0/,
  },
  {
    // A runtime that lost its `release` file. The text is that of `java -Xinternalversion`.
    component: 'openjdk',
    files: /^libjvm\.so$/,
    version: / JRE \(([0-9][0-9A-Za-z._+-]{0,63})\)/,
  },
  {
    component: 'php',
    files: /^(?:php(?:-fpm|-cgi|dbg)?[0-9.]*|libphp[0-9.]*\.so)$/,
    version: new RegExp(`X-Powered-By: PHP/(${THREE}(?:(?:alpha|beta|RC)[0-9]{1,2})?)`),
  },
  {
    component: 'ruby',
    files: /^(?:ruby[0-9.]*|libruby[-0-9.]*\.so[0-9.]*)$/,
    version: new RegExp(`ruby (${THREE})(?:p[0-9]{1,4}|preview[0-9]|rc[0-9])? \\(`),
  },
  {
    component: 'perl',
    isNamedByRelease: true,
    files: /^(?:perl[0-9.]*|libperl\.so[0-9.]*)$/,
    version: /\/perl5?\/(?:[a-z_]{1,20}\/)?(5\.[0-9]{1,3}\.[0-9]{1,3})[/\0]/,
  },
  {
    component: 'nginx',
    files: /^(?:nginx(?:-debug)?|openresty)$/,
    version: new RegExp(`nginx version: nginx/(${THREE})`),
  },
  { component: 'httpd', files: /^(?:httpd|apache2)$/, version: new RegExp(`Apache/(${THREE})`) },
  {
    component: 'redis',
    files: /^redis-(?:server|sentinel|check-aof|check-rdb)$/,
    // Behind the version stand the name of the host that built it, which is twelve characters in a container, and a time.
    version: /\0([0-9]\.[0-9]{1,2}\.[0-9]{1,2}?)(?:[a-z0-9]{12}|[a-z][-.\w]{0,62})-[0-9]{10,20}/,
  },
  {
    component: 'postgresql',
    files: /^postgres$/,
    version: /[\0?]PostgreSQL ([0-9]{1,3}(?:\.[0-9]{1,3}){0,2}(?:(?:beta|rc)[0-9]{1,2})?)[\0 ]/,
  },
  {
    component: 'openssl',
    files: /^(?:openssl|lib(?:ssl|crypto)\.so[0-9.]*)$/,
    version: /OpenSSL ([0-9]\.[0-9]{1,2}\.[0-9]{1,3}[a-z]{0,2}(?:-(?:alpha|beta)[0-9]{1,2})?)[ \0]/,
  },
  { component: 'deno', files: /^deno$/, version: new RegExp(`Deno/(${THREE})`) },
  { component: 'bun', files: /^bunx?$/, version: new RegExp(`\\0bun-v?(${THREE})\\0|Bun v(${THREE})`) },
];

const WINDOW = 64 * 1024;
/** Longer than any text above. */
const OVERLAP = 256;

/**
 * Reads the version of a program that is called as one of the known ones. One that says none is named without: where it
 * is a small program beside a library, the library says it.
 */
export const programStringCatalogers: readonly Cataloger[] = KNOWN.map(
  ({ component, files, version, isNamedByRelease = false }) => ({
    id: `${component}-program`,
    names: new RegExp(`(?:^|/)${files.source.slice(1)}`),
    kinds: ['program'],
    open: ({ path }) => {
      const windows = new TextWindows(WINDOW, OVERLAP);
      let found: string | undefined;
      return {
        write: (chunk) => {
          if (found !== undefined) return;
          for (const text of windows.of(chunk)) {
            const match = version.exec(text);
            if (match === null) continue;
            found = match[1] ?? match[2];
            return;
          }
        },
        end: () => {
          const release = isNamedByRelease
            ? /[0-9]+\.[0-9.]*[0-9]/.exec(path.slice(path.lastIndexOf('/')))?.[0]
            : undefined;
          return { ...EMPTY, packages: [{ type: 'generic', name: component, version: found ?? release ?? '' }] };
        },
      };
    },
  }),
);
