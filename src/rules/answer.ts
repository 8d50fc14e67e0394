import type { Level } from '../policy/policy.js';
import type { RuleResult } from './rule.js';

/** What a rule answered of a use on a platform, and with which level the policy lets it count. */
export interface Answer extends Omit<RuleResult, 'atMost'> {
  readonly rule: string;
  /** The use's id; absent where the rule is about a file or the change. */
  readonly use?: string;
  readonly file?: string;
  /** The digest evaluated. */
  readonly image?: string;
  readonly platform?: string;
  readonly level: Level;
  /** Unchanged since the base ref, so that this change does not answer for it. */
  readonly inherited?: boolean;
  /** Only the profile `observe` makes it a warning: by `baseline` it would decide the verdict. */
  readonly heldBack?: boolean;
  /** Index into the report's waivers. */
  readonly waiver?: number;
  /** Indexes of the waivers that each accept a vulnerability it speaks of, whether or not they cover it together. */
  readonly accepts?: readonly number[];
}
