import type { ReadingOptions } from '../build-files/reading.js';
import type { RepositoryTree } from '../build-files/repository-tree.js';
import type { Change, ChangeBase } from '../gate/change.js';
import { optionalField } from '../lib/collections.js';
import type { Failure } from '../lib/failure.js';
import { ok, type Result } from '../lib/result.js';
import type { Policy } from '../policy/policy.js';
import { readingOptions } from '../policy/reading-options.js';
import type { Platform } from '../references/platform.js';
import type { Finding, Report } from '../reports/report.js';
import type { ListAttestations } from '../signatures/attestation-api.js';

/** What the Action asks of the gate: a repository at a commit, the policy that holds, and what a change starts from. */
export interface EngineRequest {
  readonly tree: RepositoryTree;
  readonly policy: Policy;
  readonly builds: BuildInputs;
  /** Null on events that evaluate everything in full. */
  readonly change: ChangeRequest | null;
  /** References without a digest have to be in the lock. */
  readonly locked: boolean;
  /** The policy is this repository's own, and not another's that many share. */
  readonly policyIsOwn: boolean;
  /** Images that no build file names and that are verified, too. */
  readonly included: readonly string[];
  readonly listAttestations: ListAttestations;
  readonly preliminary: { readonly findings: readonly Finding[]; readonly notices: readonly string[] };
}

/** What a pull request or merge group starts from; null where it could not be had. */
export interface ChangeRequest {
  readonly base: RepositoryTree | null;
  readonly against: ChangeBase;
  readonly changedFiles: Change['changedFiles'];
  readonly onlyNew: Change['onlyNew'];
}

/** How builds are really started, as the workflow's inputs say; an input wins over what the policy says. */
export interface BuildInputs {
  readonly buildArgs: readonly string[];
  readonly buildContexts: readonly string[];
  readonly platforms: readonly Platform[];
  readonly target?: string;
  /** Engine only these paths; the others are listed as skipped. */
  readonly only?: readonly string[];
}

/** How build files are read for these inputs; fails with a sentence where an input is wrong. */
export function readingOf(builds: BuildInputs, policy: Policy): Result<ReadingOptions, string> {
  const options = readingOptions(
    {
      'build-arg': builds.buildArgs,
      'build-context': builds.buildContexts,
      platform: builds.platforms,
      target: builds.target,
    },
    {},
    policy,
  );
  return options.ok ? ok({ ...options.value, ...optionalField('only', builds.only) }) : options;
}

/** Why nothing was decided. `usage`: the workflow or the policy has to be corrected; otherwise running again may help. */
export type Stop = Failure<'usage' | 'indeterminate'>;

export type Engine = (request: EngineRequest) => Promise<Result<Report, Stop>>;
