import { resolve } from 'node:path';
import type { ReadingOptions } from '../build-files/reading.js';
import type { RepositoryTree } from '../build-files/repository-tree.js';
import { openWorkingTree } from '../build-files/working-tree.js';
import { isListedHost, loadCatalog } from '../catalog/catalog.js';
import { collectors } from '../evidence/collectors.js';
import { overlaidTree } from '../fix/overlaid-tree.js';
import { type Change, loweredBy, readBase } from '../gate/change.js';
import { includedUses } from '../gate/included-uses.js';
import { type GateInput, runGate } from '../gate/run.js';
import { layerFactsSetting, localCacheDirectory } from '../lib/cache-directory.js';
import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import { Secrets } from '../lib/scrub.js';
import { type Policy, PROFILES } from '../policy/policy.js';
import { readingOptions } from '../policy/reading-options.js';
import { localCache } from '../registry/cache/local-cache.js';
import { openRegistries } from '../registry/open-registries.js';
import { parseRoute } from '../registry/routes.js';
import type { Report } from '../reports/report.js';
import { readChoice, readPlatforms } from './arguments.js';
import { attestationsOf } from './attestations.js';
import type { CommandIo } from './command.js';
import { refuseExtended } from './extended-policy.js';
import { evaluatedDirectory, evaluatedPlace, misnamedPath } from './named-paths.js';
import type { Refusal } from './refusal.js';
import { reportUntracked } from './untracked-files.js';
import { vulnerabilitiesDirectory } from './vulnerabilities-directory.js';
import { isBelow, loadWorkingTreePolicy, policyFileOf } from './working-tree-policy.js';

/** How long a run may take before it shows progress, and then how often it shows it. */
const EVERY_MS = 1000;

/** A line that shows the progress of a run on a terminal. */
export interface Progress {
  /** Shows how many image uses have been evaluated, and of how many. */
  readonly evaluated: (done: number, of: number) => void;
  /** Clears the line so that something else can be written. */
  readonly clear: () => void;
  /** Clears the line and stops drawing it. */
  readonly end: () => void;
}

/**
 * Starts the line on standard error, where that is a terminal; anywhere else nothing is ever written. It is drawn with
 * carriage returns alone, which every terminal knows, and keeps to the terminal's width.
 */
export function startProgress(io: Pick<CommandIo, 'progress' | 'stderr' | 'columns'>): Progress {
  if (!io.progress) return { evaluated: () => {}, clear: () => {}, end: () => {} };
  let shown = '';
  let text = 'Reading build files';
  let seconds = 0;
  const clear = (): void => {
    if (shown !== '') io.stderr(`\r${' '.repeat(shown.length)}\r`);
    shown = '';
  };
  const timer = setInterval(() => {
    seconds += EVERY_MS / 1000;
    clear();
    shown = `${text} (${seconds} s)`.slice(0, Math.max(0, io.columns - 1));
    io.stderr(shown);
  }, EVERY_MS);
  timer.unref();
  return {
    evaluated: (done, of) => {
      text = `Evaluating image uses: ${done} of ${of}`;
    },
    clear,
    end: () => {
      clearInterval(timer);
      clear();
    },
  };
}

/** Policies, keys and trusted roots; larger ones are refused where they are read, too. */
const MAX_COMPARED_BYTES = 1024 * 1024;

type GateFlags = Omit<Parameters<typeof readingOptions>[0], 'platform'> & {
  readonly platform?: readonly string[] | undefined;
  readonly base?: string | undefined;
  readonly locked?: boolean | undefined;
  readonly include?: readonly string[] | undefined;
  readonly policy?: string | undefined;
  readonly profile?: string | undefined;
  readonly registry?: readonly string[] | undefined;
  readonly offline?: boolean | undefined;
  readonly 'trusted-root'?: string | undefined;
  readonly vulnerabilities?: string | undefined;
  readonly all?: boolean | undefined;
};

/** A run of the gate on the command line, and what it was run over. */
export interface LocalRun {
  readonly directory: string;
  readonly tree: RepositoryTree;
  readonly reading: ReadingOptions;
  readonly policy: Policy;
  readonly now: Date;
  readonly report: Report;
}

/**
 * Runs the gate over a directory of this machine, by its working tree's policy or the one that the flags name. With a
 * base it is evaluated as a pull request that turns the base into it, so the base's policy holds, as it does on GitHub.
 *
 * @param contents build files that are evaluated alone, with these bytes in the place of their own
 */
export async function runLocalGate(
  flags: GateFlags,
  args: readonly string[],
  io: CommandIo,
  contents?: ReadonlyMap<string, Uint8Array>,
): Promise<Result<LocalRun, Refusal>> {
  const usage = (message: string) => err<Refusal>({ kind: 'usage', message });
  const profile = readChoice('--profile', flags.profile, PROFILES);
  if (!profile.ok) return usage(profile.error);
  const evaluated = evaluatedPlace(args, io);
  if (!evaluated.ok) return err({ kind: 'directory', message: evaluated.error });
  const { directory, only } = evaluated.value;
  const base = flags.base === undefined ? null : evaluatedDirectory(flags.base, io);
  if (base?.ok === false) return err({ kind: 'directory', message: `--base: ${base.error}` });
  const included = includedUses(flags.include ?? [], '--include');
  if (!included.ok) return usage(included.error);
  const misnamed = misnamedPath(flags, io);
  if (misnamed !== null) return usage(misnamed);
  const home = base?.value ?? directory;
  const catalog = loadCatalog();
  const now = new Date();
  const loaded = await loadWorkingTreePolicy(
    home,
    {
      catalog,
      ...(flags.offline === true ? { resolveExtends: refuseExtended } : {}),
      ...optionalField('file', flags.policy),
      ...(flags.profile === undefined ? {} : optionalField('profile', profile.value)),
    },
    io,
  );
  if (!loaded.ok) return err({ kind: 'policy', message: loaded.error });
  const policy = withRegistriesOf(flags.registry ?? [], loaded.value);
  const platform = readPlatforms(flags.platform, []);
  if (!platform.ok) return usage(platform.error);
  const options = readingOptions({ ...flags, platform: platform.value }, io.env, policy);
  if (!options.ok) return usage(options.error);
  const paths = contents === undefined ? only : [...contents.keys()];
  const reading: ReadingOptions = { ...options.value, ...optionalField('only', paths) };
  const workingTree = openWorkingTree(directory, { allFiles: reading.allFiles });
  if (contents === undefined) await reportUntracked(workingTree, io);
  const tree = contents === undefined ? workingTree : overlaidTree(workingTree, contents);
  const offline = flags.offline ?? false;
  const progress = startProgress(io);
  const secrets = new Secrets();
  const registries = await openRegistries({
    registries: policy.registries,
    isListed: (registry) => isListedHost(catalog, policy, { registry }),
    routes: flags.registry ?? [],
    layouts: true,
    offline,
    environment: io.env,
    workspace: home,
    cache: localCache(io.env),
    mask: (secret) => secrets.add(secret),
    notice: (message) => {
      progress.clear();
      io.stderr(`${message}\n`);
    },
  });
  if (!registries.ok) {
    progress.end();
    return usage(registries.error);
  }

  const input: GateInput = {
    tree,
    reading,
    policy,
    catalog,
    source: registries.value.source,
    collectors,
    settings: {
      limits: registries.value.limits,
      now,
      offline,
      cacheDirectory: localCacheDirectory(io.env),
      ...layerFactsSetting(io.env),
      listAttestations: attestationsOf(io),
      ...(flags['trusted-root'] === undefined ? {} : { trustedRootFile: resolve(io.cwd, flags['trusted-root']) }),
      ...vulnerabilitiesDirectory(policy, home, flags.vulnerabilities, io.cwd),
    },
    change: base === null ? null : await changeFrom(base.value, tree, policy, reading),
    all: flags.all ?? false,
    locked: flags.locked ?? false,
    // A policy of another directory is there for other repositories, too.
    policyIsOwn: isOwn(flags.policy, [directory, home], io),
    included: included.value,
    evaluated: progress.evaluated,
    preliminary: { findings: [], notices: [] },
  };
  const report = await runGate(input).finally(async () => {
    progress.end();
    await registries.value.close();
  });
  secrets.scrub(report);
  if (!report.ok) return err({ kind: 'directory', message: `${report.error.message} ${report.error.fix}` });
  const unread = only?.find((path) => !isNamed(path, report.value));
  if (unread !== undefined) return usage(`${unread} was not read: neither its name nor a build makes it a build file.`);
  return ok({ directory, tree, reading, policy, now, report: report.value });
}

/** Whether the policy that is named lies in one of these directories; without a name it is theirs. */
function isOwn(named: string | undefined, directories: readonly string[], io: CommandIo): boolean {
  if (named === undefined) return true;
  const path = resolve(io.cwd, policyFileOf(named, io));
  return directories.some((directory) => isBelow(path, directory));
}

/** Whether a file was evaluated: one that was not read is no pass. */
function isNamed(path: string, { files, definitions }: Report): boolean {
  return [...files, ...definitions].some((file) => file.path === path);
}

/** What turns the base's directory into the one that is evaluated, as far as a rule asks: image uses, and files of the policy. */
async function changeFrom(
  base: string,
  head: RepositoryTree,
  policy: Policy,
  reading: ReadingOptions,
): Promise<Change> {
  const { source, dependsOn } = policy;
  const before = openWorkingTree(base, { allFiles: reading.allFiles });
  const changedFiles: string[] = [];
  for (const path of source.path === undefined ? dependsOn : [source.path, ...dependsOn]) {
    if (!(await isSame(path, before, head))) changedFiles.push(path);
  }
  return { changedFiles, onlyNew: loweredBy(policy, 'aging'), ...(await readBase(before, reading)) };
}

/** A file that can't be read on one side counts as changed. */
async function isSame(path: string, before: RepositoryTree, after: RepositoryTree): Promise<boolean> {
  const [was, is] = await Promise.all([before.read(path, MAX_COMPARED_BYTES), after.read(path, MAX_COMPARED_BYTES)]);
  if (was.ok && is.ok) return Buffer.from(was.value).equals(is.value);
  return !was.ok && !is.ok && was.error.code === 'not-found' && is.error.code === 'not-found';
}

/** A registry with a stand-in on the command line counts as named, as in a policy: its images are opened. */
export function withRegistriesOf(routes: readonly string[], policy: Policy): Policy {
  const named = routes.flatMap((text) => {
    const route = parseRoute(text);
    return route.ok ? [[route.value.from, { privateNetwork: false, insecure: false, tokenHosts: [] }] as const] : [];
  });
  return { ...policy, registries: { ...Object.fromEntries(named), ...policy.registries } };
}
