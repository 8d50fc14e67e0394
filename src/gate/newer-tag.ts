import type { ImageUse } from '../build-files/image-use.js';
import type { ReadingIndex } from '../build-files/reading-index.js';
import type { EvidenceCollection } from '../evidence/collect.js';
import type { Evidence } from '../evidence/evidence.js';
import { optionalField } from '../lib/collections.js';
import { applyWaivers } from '../policy/waivers.js';
import { formatPlatform, type Platform } from '../references/platform.js';
import type { Reference } from '../references/reference.js';
import type { TagState } from '../registry/resolved-image.js';
import type { Answer } from '../rules/answer.js';
import { answersOfImage, type NewerReference, type UseInquiry } from '../rules/evaluate.js';
import { rules } from '../rules/index.js';
import type { ImageRule } from '../rules/rule.js';
import { barringAnswer, type EvaluationInput, inquiryOf, type ReferenceEvaluation } from './evaluate-reference.js';

const imageRules = rules.filter((rule): rule is ImageRule<unknown> => rule.subject === 'image');

/**
 * Asks the rules that failed and could be fixed by what the tag names today once more, with evidence about that. Called
 * when everything else is evaluated, so that what this costs is taken from what the run has left, and from nothing else.
 */
export async function evaluateNewerTag(
  evaluation: ReferenceEvaluation,
  reading: ReadingIndex,
  input: EvaluationInput,
  evidence: EvidenceCollection,
): Promise<ReferenceEvaluation> {
  const { use } = evaluation;
  const failed = failedRules(evaluation.answers, use, input);
  const inquiry = failed.size === 0 ? null : inquiryOf(use, reading, input);
  if (inquiry === null) return evaluation;
  const again = new Map<string, readonly Answer[]>();
  await Promise.all(
    inquiry.platforms.map(async (platform) => {
      const asked = imageRules.filter(({ id }) => failed.has(queryKey(id, formatPlatform(platform))));
      const newer = asked.length === 0 ? null : await newerOf(inquiry, platform, reading, input, evidence);
      if (newer === null) return;
      for (const answer of await answersOfImage(asked, { ...inquiry, newer }, platform, evidence, null)) {
        const key = queryKey(answer.rule, answer.platform);
        again.set(key, [...(again.get(key) ?? []), answer]);
      }
    }),
  );
  return { ...evaluation, answers: replaced(evaluation.answers, again) };
}

const queryKey = (rule: string, platform: string | undefined): string => `${rule} ${platform}`;

/** The second answers in the place of the first. */
function replaced(answers: readonly Answer[], again: ReadonlyMap<string, readonly Answer[]>): readonly Answer[] {
  const reported = new Set<string>();
  return answers.flatMap((answer) => {
    const key = queryKey(answer.rule, answer.platform);
    const second = again.get(key);
    if (second === undefined) return [answer];
    if (reported.has(key)) return [];
    reported.add(key);
    return second;
  });
}

/** Which rules failed on which platforms in a way that a person will be reported of: whatever is waived or only noted is not worth a download. */
function failedRules(
  answers: readonly Answer[],
  use: ImageUse,
  { policy, settings }: EvaluationInput,
): ReadonlySet<string> {
  const wanted = new Set(imageRules.filter((rule) => rule.comparesWithNewer === true).map(({ id }) => id));
  const mayBeMended = answers.filter(({ rule, outcome }) => wanted.has(rule) && outcome === 'fail');
  if (mayBeMended.length === 0) return new Set();
  const reported = applyWaivers(policy, mayBeMended, [use], settings.now).answers.filter(
    ({ level, waiver }) => waiver === undefined && (level === 'error' || level === 'warning'),
  );
  return new Set(reported.map(({ rule, platform }) => queryKey(rule, platform)));
}

/** What the tag names today, where that is newer than what was evaluated and its identity passes as a use's own must. */
async function newerOf(
  { subject, pullFrom, verifiedBy }: UseInquiry,
  platform: Platform,
  reading: ReadingIndex,
  input: EvaluationInput,
  evidence: EvidenceCollection,
): Promise<NewerReference | null> {
  const { reference, use } = subject;
  if (reference === null || pullFrom === null) return null;
  const candidate = newerThan(
    pullFrom,
    await evidence.get({ reference, pullFrom, entry: verifiedBy, platform }, 'tag'),
  );
  if (candidate === null) return null;
  // As if the build file named it, and nothing of it were inherited.
  const asked: EvaluationInput = { ...input, change: null, all: false };
  const newer = inquiryOf({ ...use, reference: candidate }, reading, asked);
  const doubt = await barringAnswer(newer, platform, evidence, (answer) => isDoubt(answer, newer));
  const { tag, digest } = candidate;
  if (doubt !== null) {
    return { kind: 'unchecked', tag, ...optionalField('digest', digest), reason: doubt.message };
  }
  if (newer.subject.reference === null) return null;
  return {
    kind: 'image',
    tag,
    subject: { reference: newer.subject.reference, pullFrom: candidate, entry: newer.verifiedBy },
  };
}

/** An image that somebody is named to sign has to be signed by them, whatever the level; one that nobody is, as the policy says. */
function isDoubt({ rule, outcome, level }: Answer, { verifiedBy }: UseInquiry): boolean {
  if (outcome !== 'fail' && outcome !== 'indeterminate') return false;
  return level === 'error' || (rule === 'signature-verified' && (verifiedBy?.authorities.length ?? 0) > 0);
}

/** The digest that the tag has moved on to, or the newer patch of its line. */
function newerThan(pullFrom: Reference, state: Evidence<TagState>): (Reference & { readonly tag: string }) | null {
  if (state.status !== 'present') return null;
  const { tag, currentDigest, pinnedDigest, listsPinned, newerTag } = state.value;
  if (pinnedDigest !== undefined && pinnedDigest !== currentDigest && listsPinned !== true) {
    return { ...pullFrom, tag, digest: currentDigest };
  }
  const { registry, repository } = pullFrom;
  return newerTag === undefined ? null : { registry, repository, tag: newerTag };
}
