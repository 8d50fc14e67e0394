import type { Evidence } from '../evidence/evidence.js';
import type { RuleResult } from './rule.js';

/** What a rule says of evidence that is not there: how it calls it, and what to do where nobody attested it. */
export interface WantedEvidence {
  /** Such as `signed SBOM`. */
  readonly name: string;
  readonly absentFix: string;
  readonly unsupportedFix: string;
}

/** The answer where evidence is not `present`: `absent` and `unsupported` fail, `unavailable` is indeterminate. */
export function withoutEvidence(
  evidence: Exclude<Evidence<unknown>, { readonly status: 'present' }> | undefined,
  wanted: WantedEvidence,
): RuleResult {
  if (evidence === undefined)
    return { outcome: 'indeterminate', message: `No ${wanted.name} was collected.`, fix: 'Run the gate again.' };
  const details = evidence.lookedIn?.map(({ place, answer }) => `${place}: ${answer}`);
  const seen = details === undefined || details.length === 0 ? {} : { details };
  switch (evidence.status) {
    case 'absent':
      return { outcome: 'fail', message: `The image has no ${wanted.name}.`, fix: wanted.absentFix, ...seen };
    case 'unsupported':
      return { outcome: 'fail', message: evidence.message, fix: wanted.unsupportedFix, ...seen };
    case 'unavailable': {
      // Where a single place was asked, the message has said what it answered.
      const places = (details?.length ?? 0) > 1 ? seen : {};
      return { outcome: 'indeterminate', message: evidence.message, fix: evidence.fix, ...places };
    }
  }
}
