import { optionalField } from '../../lib/collections.js';
import { type Build, isRemote, type OpenValue } from '../build.js';
import type { BakeModel } from './evaluate-blocks.js';
import { BakeProblem } from './hcl/problem.js';
import type { Cause } from './hcl/value.js';
import { emptyTarget, type Field, mergeTargets, type Target, type TextField } from './target.js';

/**
 * A target with all that it inherits: each target that it names in order, then itself. Throws a {@link BakeProblem}
 * where one of them is not there.
 *
 * @see https://github.com/docker/buildx/blob/master/bake/bake.go `Config.target`
 */
export function resolveTarget(model: BakeModel, name: string, from: Target | undefined): Target {
  return resolveInto(model, name, new Map(), from) ?? missing(name, from);
}

function missing(name: string, from: Target | undefined): never {
  const at = from?.at ?? { file: '', line: 1, column: 1 };
  throw new BakeProblem(at, `There is no target "${name}".`);
}

/** Undefined where the target is being resolved already: a target that inherits itself takes nothing from itself. */
function resolveInto(
  model: BakeModel,
  name: string,
  visited: Map<string, Target | undefined>,
  from: Target | undefined,
): Target | undefined {
  if (visited.has(name)) return visited.get(name);
  visited.set(name, undefined);
  const own = model.targets.get(name) ?? missing(name, from);
  let inherited = emptyTarget(name, own.at);
  const open = new Map<string, Cause>();
  for (const parent of own.inherits) {
    if (typeof parent !== 'string') {
      open.set('inherits', parent);
      continue;
    }
    const resolved = resolveInto(model, parent, visited, own);
    if (resolved !== undefined) inherited = mergeTargets(inherited, resolved);
  }
  const merged = mergeTargets({ ...inherited, open: new Map([...inherited.open, ...open]) }, own);
  const contexts = new Map([...merged.contexts].filter(([, value]) => value !== ''));
  const result = { ...merged, contexts, inherits: [] };
  visited.set(name, result);
  return result;
}

/**
 * Checks what a target links to with `target:NAME`, as buildx does before it builds. Throws a {@link BakeProblem}.
 *
 * @see https://github.com/docker/buildx/blob/master/bake/bake.go `Config.loadLinks`
 */
export function checkLinks(resolve: (name: string, from: Target) => Target, target: Target): void {
  const checked = new Set<string>();
  const check = (current: Target, path: ReadonlySet<string>) => {
    if (checked.has(current.name)) return;
    for (const value of current.contexts.values()) {
      if (typeof value !== 'string' || !value.startsWith('target:')) continue;
      const name = value.slice('target:'.length);
      if (path.has(name))
        throw new BakeProblem(current.at, `The targets "${current.name}" and "${name}" depend on each other.`);
      const linked = resolve(name, current);
      check(linked, new Set([...path, name]));
      checkPlatforms(current, linked);
    }
    checked.add(current.name);
  };
  check(target, new Set([target.name]));
}

function checkPlatforms({ name, platforms = [], at }: Target, linked: Target): void {
  const others = linked.platforms ?? [];
  if (platforms.length < 2 || others.length < 2) return;
  const missingOne = platforms.find((platform) => typeof platform === 'string' && !others.includes(platform));
  if (missingOne === undefined || others.some((other) => typeof other !== 'string')) return;
  throw new BakeProblem(
    at,
    `"${name}" is built for ${String(missingOne)}, but "${linked.name}", which it depends on, is not.`,
  );
}

/** A resolved target as a build, with paths relative to the repository where the command runs in `directory`. */
export function toBuild(target: Target, directory: string): Build {
  const open: OpenValue[] = [...target.open].map(([field, cause]) => openValue(field, cause));
  const known = (field: string, value: Field | undefined): string | undefined => {
    if (value === undefined || typeof value === 'string') return value;
    open.push(openValue(field, value));
    return undefined;
  };
  const text = (field: TextField, name: string) => known(name, target.texts.get(field));
  const entries = (field: string, map: ReadonlyMap<string, Field>) =>
    [...map].flatMap(([name, value]) => {
      const one = known(`${field}.${name}`, value);
      return one === undefined ? [] : [[name, one] as const];
    });

  const written = text('context', 'context') ?? '.';
  const inline = text('dockerfile-inline', 'inline');
  const stage = text('target', 'target');
  const file = text('dockerfile', 'dockerfile');
  if (written === '-' || file === '-')
    throw new BakeProblem(target.at, `"${target.name}" reads from standard input, which buildx does not allow.`);
  const context = isRemote(written) ? written : localPath(directory, written);
  const contextCause = target.texts.get('context');
  if (contextCause !== undefined && typeof contextCause !== 'string' && inline === undefined)
    open.push(openValue('dockerfile', contextCause));
  const platforms = [
    ...new Set((target.platforms ?? []).flatMap((value) => known('platforms', value)?.split(',') ?? [])),
  ];
  for (const platform of platforms) checkPlatform(platform, target);
  const tags = (target.tags ?? []).filter((tag) => typeof tag === 'string');
  return {
    definition: target.at.file,
    line: target.at.line,
    name: target.name,
    ...(inline === undefined || inline === '' ? { dockerfile: dockerfilePath(context, directory, file) } : { inline }),
    context,
    args: toRecord(entries('args', target.args)),
    ...(stage === undefined || stage === '' ? {} : { target: stage }),
    platforms: platforms.filter((platform) => platform !== ''),
    contexts: toRecord(
      entries('contexts', target.contexts).map(([name, value]) => [name, contextValue(value, directory)]),
    ),
    ...(tags.length === 0 ? {} : { tags }),
    open,
    ...(target.defaults.size === 0
      ? {}
      : { defaults: [...target.defaults].map(([field, cause]) => openValue(field, cause)) }),
  };
}

function openValue(field: string, { decidedBy, line, variables }: Cause): OpenValue {
  return {
    field: field === 'dockerfile-inline' ? 'inline' : field,
    decidedBy,
    line,
    ...optionalField('variables', variables),
  };
}

function dockerfilePath(context: string, directory: string, file = ''): string {
  const name = file === '' ? 'Dockerfile' : file;
  if (name.startsWith('cwd://')) return joinPath(directory, name.slice('cwd://'.length));
  if (name.startsWith('/')) return joinPath(name);
  return isRemote(context) ? joinPath(name) : joinPath(context, name);
}

function localPath(directory: string, path: string): string {
  const local = path.startsWith('cwd://') ? path.slice('cwd://'.length) : path;
  return local.startsWith('/') ? joinPath(local) : joinPath(directory, local);
}

/** A path of a named context stays as it is written where the command runs at the top. */
function contextValue(value: string, directory: string): string {
  if (value.startsWith('cwd://')) return localPath(directory, value);
  const isPath = !/^(?:target:|docker-image:|oci-layout:)/.test(value) && !isRemote(value);
  return isPath && directory !== '.' ? localPath(directory, value) : value;
}

/** Joins and cleans a path as Go's `path.Join` does; `.` where nothing is left. */
function joinPath(...parts: readonly string[]): string {
  const isAbsolute = parts[0]?.startsWith('/') === true;
  const segments: string[] = [];
  for (const segment of parts.join('/').split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.length > 0 && segments.at(-1) !== '..') segments.pop();
    else if (!isAbsolute) segments.push(segment);
  }
  const joined = segments.join('/');
  if (isAbsolute) return `/${joined}`;
  return joined === '' ? '.' : joined;
}

/** A record whose names may be those of anything, `__proto__` included. */
function toRecord(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/**
 * What containerd takes for a platform: an operating system, an architecture and its variant, or one known name.
 *
 * @see https://github.com/containerd/platforms/blob/main/platforms.go `Parse`
 */
function checkPlatform(platform: string, { at }: Target): void {
  const parts = platform.trim().toLowerCase().split('/');
  const [system = '', ...others] = parts;
  const name = system.replace(/\(.*$/, '');
  const isValid =
    /^[\w-]*(?:\([\w.%-]*(?:\+[\w.%-]+)*\))?$/.test(system) && others.every((part) => /^[\w.-]+$/.test(part));
  const isKnown = others.length > 0 || name === '' || name === 'local' || KNOWN_ALONE.has(name);
  if (!isValid || !isKnown || parts.length > 3) throw new BakeProblem(at, `"${platform}" is not a platform.`);
}

/** Operating systems and architectures that are a platform by themselves. */
const KNOWN_ALONE = new Set(
  [
    'aix android darwin dragonfly freebsd hurd illumos ios js linux macos nacl netbsd openbsd plan9 solaris windows zos',
    '386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le',
    'ppc riscv riscv64 s390 s390x sparc sparc64 wasm i386 x86_64 x86-64 aarch64 armhf armel',
  ].flatMap((line) => line.split(' ')),
);
