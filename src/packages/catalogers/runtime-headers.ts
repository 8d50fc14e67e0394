import type { Cataloger, FileCatalog } from './cataloger.js';
import { EMPTY, readWhole } from './cataloger.js';
import { CATALOG_LIMITS } from './limits.js';

/** A text file that says which version of a runtime it belongs to, and how to read that. */
interface VersionFile {
  /** The component, as purls of type `generic` name it. */
  readonly component: string;
  readonly names: RegExp;
  /** Undefined where the file is another program's. */
  readonly version: (text: string) => string | undefined;
}

const VERSION_FILES: readonly VersionFile[] = [
  {
    component: 'node',
    names: /(?:^|\/)include\/node\/node_version\.h$/,
    version: (text) => defines(text, ['NODE_MAJOR_VERSION', 'NODE_MINOR_VERSION', 'NODE_PATCH_VERSION']),
  },
  {
    component: 'python',
    names: /(?:^|\/)include\/python[0-9.]+[a-z]?\/patchlevel\.h$/,
    version: (text) =>
      /^#define\s+PY_VERSION\s+"([0-9]{1,4}(?:\.[0-9]{1,4}){1,2}(?:(?:a|b|rc)[0-9]{1,4})?)\+?"/m.exec(text)?.[1],
  },
  {
    component: 'php',
    names: /(?:^|\/)include\/php\/main\/php_version\.h$/,
    version: (text) => defines(text, ['PHP_MAJOR_VERSION', 'PHP_MINOR_VERSION', 'PHP_RELEASE_VERSION']),
  },
  {
    component: 'ruby',
    names: /(?:^|\/)ruby\/[0-9.]+\/[^/]+\/rbconfig\.rb$/,
    version: (text) =>
      parts(
        ['MAJOR', 'MINOR', 'TEENY'].map(
          (key) => new RegExp(`^\\s*CONFIG\\["${key}"\\] = "([0-9]{1,4})"`, 'm').exec(text)?.[1],
        ),
      ),
  },
  // A Java runtime describes itself at its root. https://openjdk.org/jeps/220
  { component: 'openjdk', names: /(?:^|\/)release$/, version: javaVersion },
  {
    component: 'go',
    names: /(?:^|\/)go\/VERSION$/,
    version: (text) => /^go([0-9]{1,4}(?:\.[0-9]{1,4}){1,2}(?:(?:beta|rc)[0-9]{1,4})?)\s/.exec(`${text}\n`)?.[1],
  },
];

/** Reads what runtimes say of themselves in headers and the like, one cataloger each. */
export const runtimeHeaderCatalogers: readonly Cataloger[] = VERSION_FILES.map(({ component, names, version }) => ({
  id: `${component}-header`,
  names,
  open: (file) =>
    readWhole(file, CATALOG_LIMITS['metadata-bytes'], (text) => {
      const found = version(text);
      return found === undefined ? EMPTY : ofComponent(component, found);
    }),
}));

/** .NET keeps each shared framework in a directory of its version. @see https://learn.microsoft.com/en-us/dotnet/core/distribution-packaging */
const FRAMEWORK =
  /(?:^|\/)shared\/(Microsoft\.(?:NETCore|AspNetCore)\.App)\/([0-9]{1,4}(?:\.[0-9]{1,4}){2}(?:-[0-9A-Za-z.-]{1,40})?)\/\1\.deps\.json$/;
const FRAMEWORKS: Readonly<Record<string, string>> = {
  'Microsoft.NETCore.App': 'dotnet',
  'Microsoft.AspNetCore.App': 'aspnet-core',
};

export const dotnetCataloger: Cataloger = {
  id: 'dotnet-runtime',
  names: FRAMEWORK,
  open: ({ path }) => ({
    write: () => undefined,
    end: () => {
      const [, framework = '', version] = FRAMEWORK.exec(path) ?? [];
      const component = FRAMEWORKS[framework];
      return component === undefined || version === undefined ? EMPTY : ofComponent(component, version);
    },
  }),
};

/**
 * `JAVA_RUNTIME_VERSION="17.0.5+8"` before `JAVA_VERSION="17.0.5"`; 8 writes `1.8.0_91-b14`. Other products have a file
 * of the same name, without these.
 */
function javaVersion(text: string): string | undefined {
  const value = (key: string) => new RegExp(`^${key}="?([0-9][0-9A-Za-z._+-]{0,63})"?\\s*$`, 'm').exec(text)?.[1];
  const version = value('JAVA_VERSION');
  return version === undefined ? undefined : (value('JAVA_RUNTIME_VERSION') ?? version);
}

function defines(text: string, names: readonly string[]): string | undefined {
  return parts(names.map((name) => new RegExp(`^#\\s*define\\s+${name}\\s+([0-9]{1,4})\\b`, 'm').exec(text)?.[1]));
}

/** As many numbers as are there from the first on: a header that breaks off still says the release. */
function parts(numbers: readonly (string | undefined)[]): string | undefined {
  const missing = numbers.indexOf(undefined);
  return missing === 0 ? undefined : numbers.slice(0, missing < 0 ? undefined : missing).join('.');
}

function ofComponent(name: string, version: string): FileCatalog {
  return { ...EMPTY, packages: [{ type: 'generic', name, version }] };
}
