import type { BuildFile, ImageUse, Place } from '../build-files/image-use.js';
import type { Stage } from '../build-files/stage.js';
import type { CollectedEvidence } from '../evidence/kinds.js';
import type { Verdict } from '../gate/verdict.js';
import type { Level, PolicySource, Profile } from '../policy/policy.js';
import type { EvaluatedWaiver } from '../policy/waivers.js';
import type { Answer } from '../rules/answer.js';
import type { Outcome } from '../rules/rule.js';
import type { BaseChange } from './image-diff.js';

/** An answer, or a problem with a waiver or the policy, that a person should see. Uses and platforms that share everything are one finding. */
export interface Finding extends Place {
  readonly rule: string;
  readonly level: Exclude<Level, 'off'>;
  readonly outcome: Outcome;
  readonly message: string;
  readonly fix?: string;
  readonly details?: readonly string[];
  readonly use?: string;
  readonly platforms?: readonly string[];
  readonly fingerprint: string;
  readonly waiver?: number;
  readonly inherited?: boolean;
  readonly heldBack?: boolean;
}

export interface EvaluatedImage {
  readonly reference: string;
  readonly digest: string;
  readonly publisher?: string;
  readonly platforms: readonly { readonly platform: string; readonly manifest: string; readonly config: string }[];
  /** By platform, then by kind. */
  readonly evidence: Readonly<Record<string, CollectedEvidence>>;
}

/** Everything a run found out. Reports are made from this and nothing else. */
export interface Report {
  readonly tool: {
    readonly version: string;
    readonly catalog: string;
    readonly trustedRoot?: string;
    readonly feeds: readonly { readonly name: string; readonly date: string }[];
  };
  readonly verdict: Verdict;
  readonly policy: { readonly source: PolicySource; readonly profile: Profile; readonly allowlistEnforced: boolean };
  readonly files: readonly BuildFile[];
  readonly stages: readonly Stage[];
  readonly uses: readonly ImageUse[];
  readonly images: readonly EvaluatedImage[];
  /** Images that the change replaced by others; absent where no change is evaluated. They inform, and decide nothing. */
  readonly baseChanges?: readonly BaseChange[];
  readonly answers: readonly Answer[];
  readonly findings: readonly Finding[];
  readonly waivers: readonly EvaluatedWaiver[];
  /** Limits that were passed, and what was not got to because of them. */
  readonly limits: readonly { readonly name: string; readonly message: string }[];
  /** Sentences for people that belong to no finding: "the allowlist is not enforced …", "nothing was evaluated". */
  readonly notices: readonly string[];
}
