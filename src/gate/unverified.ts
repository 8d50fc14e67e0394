import { type ImageUse, isRun, placeOf } from '../build-files/image-use.js';
import type { UnavailableCause } from '../evidence/evidence.js';
import { profileToday } from '../policy/phases.js';
import { type Policy, UNVERIFIED } from '../policy/policy.js';
import type { EvaluatedImage } from '../reports/report.js';
import type { Answer, Bar } from '../rules/answer.js';
import type { ReferenceContext } from '../rules/evaluate.js';

/** Causes that say nothing about the image but that it is not there, or not for us: its registry did answer. */
const REFUSED: ReadonlySet<UnavailableCause> = new Set(['unauthorized', 'forbidden', 'not-found', 'unlisted-host']);

/**
 * Says of a reference that its image was not resolved or its layers were not read, once for each platform, at the level
 * that the policy's key `unverified` gives it; nothing where the image was opened, was not because its identity failed, or
 * is only run. These answers are no rule's. They are always indeterminate, so that looking in vain never makes a verdict
 * worse than that.
 */
export function unverifiedAnswers(
  reference: ReferenceContext,
  bar: Bar | null,
  images: readonly EvaluatedImage[],
  answers: readonly Answer[],
): readonly Answer[] {
  const { subject, image: named } = reference;
  const { use, policy } = subject;
  if (bar?.cause === 'identity' || isRun(use)) return [];
  const answer = (
    isKnown: boolean,
    rest: Pick<Answer, 'message' | 'cause' | 'fix' | 'platform' | 'image'>,
  ): Answer => ({
    rule: UNVERIFIED,
    use: use.id,
    location: placeOf(use),
    outcome: 'indeterminate',
    ...unverifiedLevel(policy, isKnown),
    ...rest,
  });
  // The images it is known to name are examined; known-reference reports that it may name others.
  const isUnknown = use.unresolved !== undefined && use.open === undefined;
  if (named === null || isUnknown) return unresolved(use, answers, answer);
  if (bar !== null) return [answer(false, { cause: bar.cause, message: bar.message })];
  const isNamed = subject.entry !== null || subject.publisher !== null;
  return images.flatMap(({ evidence: { image, filesystem }, id, platform }) => {
    // An image that was resolved is opened by its layers, where a rule needs what is in them.
    const opened = image?.status === 'present' ? filesystem : image;
    if (opened === undefined || opened.status === 'present') return [];
    const about = { platform, image: id };
    if (opened.status === 'unavailable') {
      const { cause, message, fix } = opened;
      return [answer(isNamed || !REFUSED.has(cause), { ...about, cause, message, fix })];
    }
    // Layers in an unsupported format fail the rules that need them.
    if (image?.status === 'present') return [];
    const message = opened.status === 'unsupported' ? opened.message : 'The registry has no such image.';
    return [answer(isNamed, { ...about, cause: 'not-found', message })];
  });
}

type MakeAnswer = (isKnown: boolean, rest: Pick<Answer, 'message' | 'cause'>) => Answer;

/** A reference known only to a running build; known-reference says the same, so a warning would repeat it. */
function unresolved(use: ImageUse, answers: readonly Answer[], answer: MakeAnswer): readonly Answer[] {
  const message = `The image that \`${use.written}\` names was not checked because it is unresolved.`;
  const made = answer(false, { cause: 'undecided', message });
  const isReported = answers.some(({ rule, outcome }) => rule === 'known-reference' && outcome !== 'pass');
  return made.level === 'warning' && isReported ? [] : [made];
}

/** The policy's answer for an image that was not opened. `isKnown`: the policy or the catalog names it. */
function unverifiedLevel(policy: Policy, isKnown: boolean): Pick<Answer, 'level' | 'heldBack' | 'enforceFrom'> {
  const { phase, ...announced } = policy;
  const next = levelInProfile(announced, isKnown);
  if (phase === undefined) return next;
  const now = levelInProfile({ ...announced, profile: profileToday(policy) }, isKnown);
  return next.level === 'error' && now.level !== 'error'
    ? { level: 'warning', heldBack: true, enforceFrom: phase.enforceFrom }
    : now;
}

function levelInProfile({ profile, unverified }: Policy, isKnown: boolean): Pick<Answer, 'level' | 'heldBack'> {
  if (unverified !== undefined) return { level: unverified === 'fail' ? 'error' : 'warning' };
  if (profile === 'hardened' || profile === 'strict') return { level: 'error' };
  if (!isKnown) return { level: 'warning' };
  return profile === 'baseline' ? { level: 'error' } : { level: 'warning', heldBack: true };
}
