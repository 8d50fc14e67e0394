import type { Place } from '../build-files/image-use.js';
import { UNAVAILABLE_CAUSES } from '../evidence/evidence.js';
import type { Level } from '../policy/policy.js';
import type { RuleResult } from './rule.js';

/** What a rule answered about a reference on a platform, and the level the policy gives the answer. */
export interface Answer extends Omit<RuleResult, 'atMost'> {
  readonly rule: string;
  /** The id of the use; absent where the rule is about a file or the change. */
  readonly use?: string;
  /** The id of the image evaluated; absent where the rule is not about an image, or the reference names none. */
  readonly image?: string;
  readonly platform?: string;
  readonly level: Level;
  /** Where to look: the reference, or the place that decides the answer. */
  readonly location: Place;
  /** Why the rule could not be answered; absent where it was. */
  readonly cause?: UnansweredCause;
  /** Unchanged since the base ref, so that this change does not answer for it. */
  readonly inherited?: boolean;
  /** Only the profile `observe` makes it a warning: by `baseline` it would decide the verdict. */
  readonly heldBack?: boolean;
  /** Index into the report's waivers. */
  readonly waiver?: number;
  /** Indexes of the waivers that each accept a vulnerability it speaks of, whether or not they cover it together. */
  readonly accepts?: readonly number[];
}

/**
 * Why a rule has no answer: the image was not opened because its identity failed (`identity`) or because neither policy
 * nor catalog names its host (`not-contacted`), the evidence could not be had (its cause), or what was seen does not
 * decide the question (`undecided`).
 */
export const UNANSWERED_CAUSES = [...UNAVAILABLE_CAUSES, 'identity', 'not-contacted', 'undecided'] as const;
export type UnansweredCause = (typeof UNANSWERED_CAUSES)[number];

/** Why the rules about an image are not asked: the message and its cause. */
export interface Bar {
  readonly cause: 'identity' | 'not-contacted';
  readonly message: string;
}
