import type { ReadingOptions } from '../build-files/reading.js';
import { parsePlatform } from '../images/platform.js';
import type { Policy } from '../policy/policy.js';
import { err, ok, type Result } from '../result.js';
import { readPairs } from './arguments.js';

/** The flags by which a user says how the build is really started. */
export const BUILD_OPTIONS = {
  'build-arg': { type: 'string', multiple: true },
  'build-context': { type: 'string', multiple: true },
  platform: { type: 'string', multiple: true },
  target: { type: 'string' },
  'all-files': { type: 'boolean' },
} as const;

interface BuildFlags {
  readonly 'build-arg'?: readonly string[] | undefined;
  readonly 'build-context'?: readonly string[] | undefined;
  readonly platform?: readonly string[] | undefined;
  readonly target?: string | undefined;
  readonly 'all-files'?: boolean | undefined;
}

/** What of a policy concerns the reading of build files. */
export type ReadingPolicy = Pick<Policy, 'files' | 'contexts' | 'platforms'>;

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
  const platforms = (flags.platform ?? []).flatMap((text) => text.split(',')).filter((text) => text !== '');
  for (const text of platforms) {
    const platform = parsePlatform(text);
    if (!platform.ok) return err(`--platform: ${platform.error}.`);
  }
  return ok({
    buildArgs: buildArgs.value,
    buildContexts: { ...policy?.contexts, ...buildContexts.value },
    platforms: platforms.length > 0 ? platforms : (policy?.platforms ?? []),
    ...(flags.target === undefined ? {} : { target: flags.target }),
    perFile: policy === null ? {} : perFile(policy),
    include: policy?.files.include ?? [],
    exclude: policy?.files.exclude ?? [],
    allFiles: flags['all-files'] ?? false,
  });
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
