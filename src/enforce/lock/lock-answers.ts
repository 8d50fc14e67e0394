import { type ImageUse, placeOf } from '../../build-files/image-use.js';
import type { Result } from '../../lib/result.js';
import { LOCKED } from '../../policy/policy.js';
import { formatReference } from '../../references/reference.js';
import type { EvaluatedImage } from '../../reports/report.js';
import type { Answer } from '../../rules/answer.js';
import { BUILT_ROLES } from '../verified-references.js';
import { LOCK_PATH, type Lock, lockedDigest } from './lock.js';

const FIX = 'Run `base-image-gate lock --write`, review what changed, and commit the lock.';

/**
 * Whether the lock has the digest that a reference names, once for each platform, for references that the build file does
 * not pin. It is no evidence: every other rule is still evaluated. These answers are no rule's, and no waiver covers
 * them.
 *
 * @param lock the evaluated repository's; null where it has none, or why it can't be read
 */
export function lockAnswers(
  use: ImageUse,
  images: readonly EvaluatedImage[],
  lock: Result<Lock | null, string>,
): readonly Answer[] {
  const { reference } = use;
  if (reference === null || reference.digest !== undefined || !BUILT_ROLES.includes(use.role)) return [];
  const name = formatReference(reference);
  const answer = (rest: Pick<Answer, 'outcome' | 'message'> & Partial<Answer>): Answer => ({
    rule: LOCKED,
    use: use.id,
    location: placeOf(use),
    level: 'error',
    ...(rest.outcome === 'pass' ? {} : { fix: FIX }),
    ...rest,
  });
  if (!lock.ok)
    return [
      answer({
        outcome: 'fail',
        message: `${LOCK_PATH} can't be read, so it does not lock ${name}: ${lock.error}.`,
      }),
    ];
  if (images.length === 0)
    return [
      answer({
        outcome: 'indeterminate',
        cause: 'undecided',
        message: `${name} was not resolved, so it was not compared with ${LOCK_PATH}.`,
      }),
    ];
  return images.map(({ id, platform, resolved }) => {
    const about = { image: id, platform };
    if (resolved === undefined)
      return answer({
        ...about,
        outcome: 'indeterminate',
        cause: 'undecided',
        message: `${name} was not resolved for ${platform}, so it was not compared with ${LOCK_PATH}.`,
      });
    const locked = lockedDigest(lock.value, reference, platform);
    if (locked === resolved.digest)
      return answer({ ...about, outcome: 'pass', message: `${LOCK_PATH} locks ${name} to ${locked}.` });
    const has = locked === undefined ? 'has no entry for it' : `locks it to ${locked}`;
    return answer({
      ...about,
      outcome: 'fail',
      message: `${name} resolves to ${resolved.digest} for ${platform}, but ${LOCK_PATH} ${lock.value === null ? 'is missing' : has}.`,
    });
  });
}
