import { existsSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Catalog } from '../catalog/publisher.js';
import { codeOf, messageOf } from '../lib/caught.js';
import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import type { LoadedPolicy } from '../policy/load.js';
import { OTHER_POLICY_PATH, POLICY_PATH, type Policy, type Profile } from '../policy/policy.js';
import type { ResolveExtends } from '../policy/policy-chain.js';
import type { PolicyProblem } from '../policy/problem.js';
import type { ReadingPolicy } from '../policy/reading-options.js';
import type { CommandIo } from './command.js';
import { fetchExtended, leaveOutExtended } from './extended-policy.js';

/** Which policy a command asks for. */
export interface PolicyRequest {
  /** `--policy FILE|DIR`; without it DIR's own, and without that the built-in baseline. */
  readonly file?: string;
  readonly profile?: Profile;
  readonly catalog: Catalog;
  /** The day it is read for; today unless a case says otherwise. */
  readonly now?: Date;
  /** How policies of other repositories are obtained; they are fetched by default. */
  readonly resolveExtends?: ResolveExtends;
}

/**
 * Loads the policy of a command that runs on the command line. Prints its warnings to standard error. Fails with the text of
 * every problem in it, for standard error: exit code 3.
 */
export async function loadWorkingTreePolicy(
  directory: string,
  { file, profile, catalog, resolveExtends, now }: PolicyRequest,
  io: CommandIo,
): Promise<Result<Policy, string>> {
  const named = file === undefined ? undefined : policyFileOf(file, io);
  const path = named === undefined ? ownPolicyPath(directory) : resolve(io.cwd, named);
  const text = named === undefined ? await readOwn(path) : await readIfThere(path);
  if (!text.ok) return text;
  if (text.value === null) {
    if (named !== undefined) return err(missing(named, io));
    const above = policyAbove(directory);
    if (above !== null) {
      io.stderr(
        `${directory} has no ${POLICY_PATH} of its own, so the built-in baseline holds. Its repository has one: evaluate that whole, or add --policy ${above}.\n`,
      );
    }
    const [{ builtInPolicy }, { withDefaultAllowlist }] = await Promise.all([
      import('../policy/baseline.js'),
      import('../policy/default-allow.js'),
    ]);
    return ok(withDefaultAllowlist(builtInPolicy(profile), catalog));
  }
  const isPlain = basename(dirname(path)) !== '.github' && isBelow(path, directory);
  const root = file === undefined || isPlain ? directory : repositoryOf(path);
  const loaded = await loadFrom(root, path, text.value, {
    catalog,
    resolveExtends: resolveExtends ?? fetchExtended(io),
    profile,
    now,
  });
  if (!loaded.ok) return err(await listed(loaded.error));
  if (loaded.value.warnings.length > 0) io.stderr(await listed(loaded.value.warnings));
  return ok(withLayoutsOf(root, loaded.value.policy));
}

/** The policy that a person names: the file, or the policy of the directory. */
export function policyFileOf(named: string, io: Pick<CommandIo, 'cwd'>): string {
  const isDirectory = statSync(resolve(io.cwd, named), { throwIfNoEntry: false })?.isDirectory() === true;
  return isDirectory ? join(named, relative(resolve(io.cwd, named), ownPolicyPath(resolve(io.cwd, named)))) : named;
}

/** The path of a directory's policy. */
function ownPolicyPath(directory: string): string {
  const path = join(directory, POLICY_PATH);
  const other = join(directory, OTHER_POLICY_PATH);
  return !existsSync(path) && existsSync(other) ? other : path;
}

/** Image layouts are named from where keys are, wherever the command is run. */
function withLayoutsOf(root: string, policy: Policy): Policy {
  const registries = Object.entries(policy.registries).map(([key, registry]) => [
    key,
    registry.layout === undefined ? registry : { ...registry, layout: resolve(root, registry.layout) },
  ]);
  return { ...policy, registries: Object.fromEntries(registries) };
}

/** The problems of a policy file and of the policies it extends. */
export interface CheckedPolicy {
  readonly problems: readonly PolicyProblem[];
  /** Absent if the policy can't be applied. */
  readonly policy?: Policy;
  /** The directory of the repository whose policy it is; absent where it lies elsewhere. */
  readonly repository?: string;
  /** The file of a problem's `file`, which is distinguished from the root of the policy's repository; null where it is another repository's. */
  readonly pathOf: (file: string) => string | null;
}

/** The policy of the checkout that a directory lies in, where the directory is not its root; null if there is none. */
function policyAbove(directory: string): string | null {
  let dir = directory;
  while (!existsSync(join(dir, '.git'))) {
    const parent = dirname(dir);
    if (parent === dir) return null;
    dir = parent;
  }
  const path = ownPolicyPath(dir);
  return dir !== directory && existsSync(path) ? path : null;
}

/** Every problem of a policy file, warnings too; or a sentence where it can't be read at all. */
export async function checkPolicyFile(path: string, catalog: Catalog, io: CommandIo): Promise<CheckedPolicy | string> {
  const text = await readIfThere(path);
  if (!text.ok) return text.error;
  if (text.value === null) return missing(path, io);
  const root = repositoryOf(path);
  const request = { catalog, resolveExtends: fetchExtended(io), profile: undefined, now: undefined };
  const loaded = await loadFrom(root, path, text.value, request);
  return {
    problems: loaded.ok ? loaded.value.warnings : loaded.error,
    ...(loaded.ok ? { policy: loaded.value.policy } : {}),
    ...(root === dirname(path) ? {} : { repository: root }),
    pathOf: (file) => (file.includes('@') ? null : resolve(root, file)),
  };
}

/** The directory a policy names its keys from: the one that holds `.github`, or its own where it lies elsewhere. */
function repositoryOf(path: string): string {
  const dir = dirname(path);
  return basename(dir) === '.github' ? dirname(dir) : dir;
}

/** Keys and extended policies are named relative to the root of the repository that holds the policy. */
async function loadFrom(
  root: string,
  path: string,
  text: Uint8Array,
  {
    catalog,
    resolveExtends,
    profile,
    now = new Date(),
  }: {
    readonly catalog: Catalog;
    readonly resolveExtends: ResolveExtends;
    readonly profile: Profile | undefined;
    readonly now: Date | undefined;
  },
): Promise<Result<LoadedPolicy, readonly PolicyProblem[]>> {
  const [{ loadPolicy }, { rules }] = await Promise.all([import('../policy/load.js'), import('../rules/index.js')]);
  return await loadPolicy({
    path: relative(root, path).split(sep).join('/'),
    text,
    rules,
    catalog,
    ...optionalField('profileOverride', profile),
    resolveFile: async (name) => await readBelow(root, name),
    resolveExtends,
    now,
  });
}

/** What the policy that is named, or else DIR's own, says about the reading of build files; null where DIR has none. */
export async function findReadingPolicy(
  directory: string,
  file: string | undefined,
  io: CommandIo,
): Promise<Result<ReadingPolicy | null, string>> {
  if (file === undefined) {
    const text = await readOwn(ownPolicyPath(directory));
    if (!text.ok) return text;
    if (text.value === null) return ok(null);
  }
  const { loadCatalog } = await import('../catalog/catalog.js');
  const request = { catalog: loadCatalog(), resolveExtends: leaveOutExtended(io), ...optionalField('file', file) };
  return await loadWorkingTreePolicy(directory, request, io);
}

function missing(path: string, { program }: CommandIo): string {
  return `The policy ${path} does not exist; expected a file such as ${POLICY_PATH}. One is proposed by: ${program} policy init\n`;
}

/** A policy that a person names; null where it is not there. Fails with a line for standard error. */
async function readIfThere(path: string): Promise<Result<Uint8Array | null, string>> {
  return asPolicy(path, await readNamed(path));
}

/** The same of one that the repository names. */
async function readOwn(path: string): Promise<Result<Uint8Array | null, string>> {
  return asPolicy(path, await readPlain(path));
}

function asPolicy(path: string, read: Result<Uint8Array | null, string>): Result<Uint8Array | null, string> {
  return read.ok
    ? read
    : err(`The policy ${path} can't be read: ${read.error}. Expected a readable file such as ${POLICY_PATH}.\n`);
}

/** The content of a file, or null if there is none. Fails with a clause about it. */
async function readNamed(path: string): Promise<Result<Uint8Array | null, string>> {
  try {
    return ok(await readFile(path));
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return ok(null);
    return err(code === 'EISDIR' ? 'it is a directory' : messageOf(error));
  }
}

/** A file that an untrusted repository names may be a link to a device, which would never end. */
async function readPlain(path: string): Promise<Result<Uint8Array | null, string>> {
  const stats = await stat(path).catch(() => null);
  return stats === null || stats.isFile() || stats.isDirectory()
    ? await readNamed(path)
    : err('it is a device or a pipe');
}

async function readBelow(root: string, name: string): Promise<Result<Uint8Array, string>> {
  const path = resolve(root, name);
  if (!isBelow(path, root)) return err('it lies outside the repository');
  const read = await readPlain(path);
  if (!read.ok) return read;
  return read.value === null ? err('it does not exist') : ok(read.value);
}

/** Whether a path lies in a directory, or in one below it. Both are absolute; links are not followed. */
export function isBelow(path: string, root: string): boolean {
  const inside = relative(root, path);
  return inside !== '' && !inside.startsWith('..');
}

async function listed(problems: readonly PolicyProblem[]): Promise<string> {
  const { formatProblem } = await import('../policy/problem.js');
  return problems.map((problem) => `${formatProblem(problem)}\n`).join('');
}
