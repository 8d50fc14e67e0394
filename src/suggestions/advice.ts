import { allListed } from '../lib/text.js';
import type { RuleResult } from '../rules/rule.js';
import type { LeftOut, Proposal, Proposals } from './suggestions.js';

/** How many images a fix names; the others are in the details. */
const NAMED = 3;
const LISTED = 8;
const LEFT_OUT = 3;

/**
 * What to do about an image that is not allowed: the fix and details of a rule's result. It says what was checked and no
 * more: names, lists and the catalog are known here, and the image itself is not.
 *
 * @param denied the denylist names the image too, so that to allow it would not help
 */
export function adviceOf(
  { proposed, leftOut, toBePinned }: Proposals,
  denied: boolean,
): Required<Pick<RuleResult, 'fix'>> & Pick<RuleResult, 'details'> {
  const details = [...proposed.slice(0, LISTED).map(detail), ...leftOut.slice(0, LEFT_OUT).map(leftOutDetail)];
  const shown = details.length === 0 ? {} : { details };
  if (proposed.length === 0) {
    return {
      fix: `Build on an image that the allowlist names${denied ? '' : ", or ask the policy's owners to add this one"}.`,
      ...shown,
    };
  }
  const named = proposed.slice(0, NAMED).map(({ image, inferred }) => (inferred ? `${image} (inferred)` : image));
  const more = proposed.length > NAMED ? ` (${proposed.length - NAMED} more in the details)` : '';
  const pinned = toBePinned ? ' with a digest (`base-image-gate fix --pin --write` adds it)' : '';
  return {
    fix: `Build on ${allListed(named, 'or')}${more}${pinned}, which would be allowed here (what has to be seen in the image is evaluated when you use it)${denied ? '' : ', or ask the owners of the policy to add this image'}.`,
    ...shown,
  };
}

function detail({ image, publisher, inferred, purpose, changes }: Proposal): string {
  const about = [publisher, ...(purpose === undefined ? [] : [purpose]), ...(inferred ? ['inferred'] : [])].join(', ');
  return `would be allowed: ${image} (${about})${changes.length === 0 ? '' : `: ${changes.join('; ')}`}`;
}

function leftOutDetail({ image, because }: LeftOut): string {
  return `not proposed: ${image}, because ${because}`;
}
