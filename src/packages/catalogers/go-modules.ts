import type { CatalogedPackage } from './cataloger.js';

/**
 * Reads the module text of a Go program: lines of TAB-separated fields (`path`, `mod`, `dep`, `=>`, `build`). The
 * replacement of a module counts; one that is replaced by a directory, and a main module that was built from a working
 * tree, has no version.
 *
 * @see https://pkg.go.dev/runtime/debug#BuildInfo
 * @see https://cs.opensource.google/go/go/+/master:src/runtime/debug/mod.go ParseBuildInfo
 */
export function readGoModules(text: string): readonly CatalogedPackage[] {
  const modules: { name: string; version: string }[] = [];
  let program = '';
  for (const line of text.split('\n')) {
    const [kind, name = '', version = ''] = line.split('\t');
    if (kind === 'path') program = name;
    if ((kind === 'mod' || kind === 'dep') && name !== '') modules.push({ name, version: goVersion(version) });
    const last = modules.at(-1);
    if (kind !== '=>' || last === undefined) continue;
    // `=> ./local (devel)`: what the directory holds is known by the name it is imported by.
    if (goVersion(version) === '') last.version = '';
    else modules[modules.length - 1] = { name, version: goVersion(version) };
  }
  // Without modules (GOPATH) nothing says which libraries are in it. The toolchain's own programs have none but its own.
  if (modules.length === 0 && program !== '' && !program.startsWith('cmd/'))
    modules.push({ name: program, version: '' });
  return modules.map(({ name, version }) => ({ type: 'golang', name, version }));
}

/** A module's version without its `v`, as advisories write it; empty for `(devel)` and none. */
function goVersion(version: string): string {
  return /^v[0-9]/.test(version) ? version.slice(1) : '';
}

/**
 * The version of Go's standard library in SemVer, by what a program says of its toolchain: `go1.21.3 X:nocoverage` is
 * 1.21.3, `go1.21rc2` is 1.21.0-rc.2. Empty for a toolchain between releases.
 *
 * @see https://cs.opensource.google/go/x/vuln/+/master:internal/semver/semver.go GoTagToSemver
 */
export function standardLibraryVersion(toolchain: string): string {
  const match = /^go([0-9]{1,4})(?:\.([0-9]{1,4}))?(?:\.([0-9]{1,4}))?(?:(beta|rc)([0-9]{1,4}))?(?:[-+ ]|$)/.exec(
    toolchain,
  );
  if (match === null) return '';
  const [, major, minor = '0', patch = '0', stage, number] = match;
  return `${major}.${minor}.${patch}${stage === undefined ? '' : `-${stage}.${number}`}`;
}
