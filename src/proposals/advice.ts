import type { RuleResult } from '../rules/rule.js';
import type { Proposal } from './proposals.js';

/** How many images a fix names; the others are in the details. */
const NAMED = 3;
const LISTED = 8;

/** What to do about an image that is not allowed: the fix and details of a rule's result. */
export function adviceOf(
  proposals: readonly Proposal[],
): Required<Pick<RuleResult, 'fix'>> & Pick<RuleResult, 'details'> {
  if (proposals.length === 0) {
    return { fix: 'Build on an image that the allow list names, or ask the owners of the policy to add this one.' };
  }
  const named = proposals.slice(0, NAMED).map(({ image, inferred }) => (inferred ? `${image} (inferred)` : image));
  const more = proposals.length > NAMED ? ` (${proposals.length - NAMED} more in the details)` : '';
  return {
    fix: `Build on ${listed(named)}${more}, which this policy allows here, or ask the owners of the policy to add this image.`,
    details: proposals.slice(0, LISTED).map(detail),
  };
}

function detail({ image, publisher, inferred, purpose, changes }: Proposal): string {
  const about = [publisher, ...(purpose === undefined ? [] : [purpose]), ...(inferred ? ['inferred'] : [])].join(', ');
  return `would pass: ${image} (${about})${changes.length === 0 ? '' : `: ${changes.join('; ')}`}`;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
