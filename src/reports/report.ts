import type { Definition } from '../build-files/definitions.js';
import type { BuildFile, ImageUse } from '../build-files/image-use.js';
import type { Stage } from '../build-files/stage.js';
import type { CollectedEvidence } from '../evidence/kinds.js';
import type { ChangeBase } from '../gate/change.js';
import type { Coverage } from '../gate/coverage.js';
import type { Verdict } from '../gate/verdict.js';
import type { PolicySource, Profile } from '../policy/policy.js';
import type { EvaluatedWaiver } from '../policy/waivers.js';
import type { Answer } from '../rules/answer.js';
import type { CheckDocument, ImageDocument } from './check-document.js';
import type { BaseChange } from './image-diff-document.js';

/** An answer, or a problem with a waiver or the policy, that a person should see. Uses and platforms that share everything are one finding. */
export type Finding = CheckDocument['findings'][number];

/** What a change brings and fixes, by rule and reference. */
export type FindingChanges = NonNullable<CheckDocument['findingChanges']>;

/** An image that a reference names, on one platform: once per run, however many references name it. */
export interface EvaluatedImage extends Omit<ImageDocument, 'answers' | 'evidence'> {
  /** What was collected; empty where the image was not opened. */
  readonly evidence: CollectedEvidence;
}

/** The digests of an image: what the reference names, and the platform's manifest and configuration. */
export type ResolvedDigests = NonNullable<ImageDocument['resolved']>;

/** Everything a run found out. Reports are made from this and nothing else. */
export interface Report {
  readonly tool: CheckDocument['tool'];
  readonly verdict: Verdict;
  readonly coverage: Coverage;
  readonly policy: { readonly source: PolicySource; readonly profile: Profile; readonly allowlistEnforced: boolean };
  readonly files: readonly BuildFile[];
  /** Build definitions and what was seen in them besides build files. */
  readonly definitions: readonly Definition[];
  readonly stages: readonly Stage[];
  readonly uses: readonly ImageUse[];
  readonly images: readonly EvaluatedImage[];
  /** The base that a pull request or merge group was evaluated for; absent where no change of a branch is evaluated. */
  readonly base?: ChangeBase;
  /** Images that the change replaced by others; absent where no change is evaluated. They inform, and decide nothing. */
  readonly baseChanges?: readonly BaseChange[];
  /** Which findings the change brought, and which of its base's it fixed; absent where the base could not be read. */
  readonly findingChanges?: FindingChanges;
  readonly answers: readonly Answer[];
  readonly findings: readonly Finding[];
  readonly waivers: readonly EvaluatedWaiver[];
  /** Limits that were passed, and what was not got to because of them. */
  readonly limits: CheckDocument['limits'];
  /** Sentences for people that belong to no finding: "the allowlist is not enforced …", "nothing was evaluated". */
  readonly notices: readonly string[];
}
