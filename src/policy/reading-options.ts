import type { ReadingOptions } from '../build-files/reading.js';
import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import type { Platform } from '../references/platform.js';
import type { Policy } from './policy.js';

/** How a user or a workflow says that the build is really started. */
interface BuildFlags {
  readonly 'build-arg'?: readonly string[] | undefined;
  readonly 'build-context'?: readonly string[] | undefined;
  readonly platform?: readonly Platform[] | undefined;
  readonly target?: string | undefined;
  readonly 'all-files'?: boolean | undefined;
  readonly definition?: readonly string[] | undefined;
  readonly 'set-env'?: readonly string[] | undefined;
}

/** What of a policy concerns the reading of build files. */
export type ReadingPolicy = Pick<Policy, 'files' | 'contexts' | 'platforms' | 'scope'>;

/** Joins flags and policy; a flag wins over what the policy says. Fails with a sentence about the flag that is wrong. */
export function readingOptions(
  flags: BuildFlags,
  env: Readonly<Record<string, string | undefined>>,
  policy: ReadingPolicy | null,
): Result<ReadingOptions, string> {
  const buildArgs = readPairs('--build-arg', flags['build-arg'], env);
  if (!buildArgs.ok) return buildArgs;
  const buildContexts = readPairs('--build-context', flags['build-context'], {});
  if (!buildContexts.ok) return buildContexts;
  // The environment of this process never counts for a definition: --set-env NAME without a value sets none.
  const environment = readPairs('--set-env', flags['set-env'], {});
  if (!environment.ok) return environment;
  const { platform: platforms = [] } = flags;
  return ok({
    buildArgs: buildArgs.value,
    buildContexts: { ...policy?.contexts, ...buildContexts.value },
    platforms: platforms.length > 0 ? platforms : (policy?.platforms ?? []),
    ...optionalField('target', flags.target),
    perFile: policy === null ? {} : perFile(policy),
    include: policy?.files.include ?? [],
    exclude: policy?.files.exclude ?? [],
    ...(flags['set-env'] === undefined ? {} : { environment: environment.value }),
    ...(flags.definition === undefined ? {} : { definitions: flags.definition.map(fromTop) }),
    allFiles: flags['all-files'] ?? false,
    ...(policy?.scope === 'build' ? { leavesOutRun: true } : {}),
  });
}

/** A path as the repository lists it. */
function fromTop(path: string): string {
  return path.replace(/^(?:\.\/+)+/, '');
}

function perFile({ files }: ReadingPolicy): ReadingOptions['perFile'] {
  const paths = new Set([...Object.keys(files.targets), ...Object.keys(files.buildArgs)]);
  return Object.fromEntries(
    [...paths].map((path) => [
      path,
      {
        ...(files.targets[path] === undefined ? {} : { targets: files.targets[path] }),
        ...(files.buildArgs[path] === undefined ? {} : { buildArgs: files.buildArgs[path] }),
      },
    ]),
  );
}

/** Reads repeated `NAME=VALUE` flags. A name without a value takes it from the environment, as `docker build --build-arg` does. */
function readPairs(
  flag: string,
  values: readonly string[] | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Result<Readonly<Record<string, string>>, string> {
  const pairs = new Map<string, string>();
  for (const text of values ?? []) {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    if (name === '') return err(`${flag} "${text}" has no name; expected ${flag} NAME=VALUE.`);
    const value = equals < 0 ? env[name] : text.slice(equals + 1);
    if (value === undefined) {
      return err(`${flag} ${name} has no value and the environment has none either; expected ${flag} ${name}=VALUE.`);
    }
    pairs.set(name, value);
  }
  return ok(Object.fromEntries(pairs));
}
