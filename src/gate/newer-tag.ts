import type { ImageUse } from '../build-files/image-use.js';
import type { Evidence } from '../evidence/evidence.js';
import { groupBy, optionalField } from '../lib/collections.js';
import { applyWaivers } from '../policy/waivers.js';
import { formatPlatform, type Platform } from '../references/platform.js';
import type { Reference } from '../references/reference.js';
import type { TagState } from '../registry/resolved-image.js';
import type { Answer } from '../rules/answer.js';
import { answersOfImage, imageOn, type NewerReference, type ReferenceContext } from '../rules/evaluate.js';
import { rules } from '../rules/index.js';
import type { ImageRule } from '../rules/rule.js';
import { barringAnswer, type ReferenceEvaluation } from './evaluate-reference.js';
import type { RunContext, RunInput } from './run-context.js';

const imageRules = rules.filter((rule): rule is ImageRule<unknown> => rule.subject === 'image');

/**
 * Asks the rules that failed and could be fixed by what the tag names today once more, with evidence about that. Called
 * when everything else is evaluated, so that what this costs is taken from what the run has left, and from nothing else.
 */
export async function evaluateNewerTag(evaluation: ReferenceEvaluation, run: RunContext): Promise<ReferenceEvaluation> {
  const { use } = evaluation;
  const failed = failedRules(evaluation.answers, use, run);
  if (failed.size === 0) return evaluation;
  const reference = run.referenceOf(use);
  const again = await Promise.all(
    reference.platforms.map(async (platform) => {
      const failedRules = imageRules.filter(({ id }) => failed.has(queryKey(id, formatPlatform(platform))));
      const newer = failedRules.length === 0 ? null : await newerOf(reference, platform, run);
      return newer === null ? [] : await answersOfImage(failedRules, { ...reference, newer }, platform, null);
    }),
  );
  return {
    ...evaluation,
    answers: replaced(
      evaluation.answers,
      groupBy(again.flat(), (answer) => queryKey(answer.rule, answer.platform)),
    ),
  };
}

const queryKey = (rule: string, platform: string | undefined): string => `${rule} ${platform}`;

/** Replaces the first answers with the second ones. */
function replaced(answers: readonly Answer[], again: ReadonlyMap<string, readonly Answer[]>): readonly Answer[] {
  const replacedKeys = new Set<string>();
  return answers.flatMap((answer) => {
    const key = queryKey(answer.rule, answer.platform);
    const second = again.get(key);
    if (second === undefined) return [answer];
    if (replacedKeys.has(key)) return [];
    replacedKeys.add(key);
    return second;
  });
}

/** Which rules failed on which platforms and show as an error or a warning: what is waived or a note is not worth a download. */
function failedRules(answers: readonly Answer[], use: ImageUse, { policy, settings }: RunInput): ReadonlySet<string> {
  const wanted = new Set(imageRules.filter((rule) => rule.comparesWithNewer === true).map(({ id }) => id));
  const mayBeFixed = answers.filter(({ rule, outcome }) => wanted.has(rule) && outcome === 'fail');
  if (mayBeFixed.length === 0) return new Set();
  const shown = applyWaivers(policy, mayBeFixed, [use], settings.now).answers.filter(
    ({ level, waiver }) => waiver === undefined && (level === 'error' || level === 'warning'),
  );
  return new Set(shown.map(({ rule, platform }) => queryKey(rule, platform)));
}

/** What the tag names today, where that is newer than what was evaluated and its identity passes as a use's own must. */
async function newerOf(
  reference: ReferenceContext,
  platform: Platform,
  run: RunContext,
): Promise<NewerReference | null> {
  const image = imageOn(reference, platform);
  if (image === null) return null;
  const candidate = newerThan(image.pullFrom, await run.evidence.get(image, 'tag'));
  if (candidate === null) return null;
  // As if the build file named it, with no inherited findings.
  const newer = run.alone.referenceOf({ ...reference.subject.use, reference: candidate });
  const doubt = await barringAnswer(newer, platform, (answer) => isDoubt(answer, newer));
  const { tag, digest } = candidate;
  if (doubt !== null) {
    return { kind: 'unchecked', tag, ...optionalField('digest', digest), reason: doubt.message };
  }
  const subject = imageOn(newer, platform);
  return subject === null ? null : { kind: 'image', tag, subject };
}

/** An image with authorities must be signed by them at any level; for one without, the policy decides. */
function isDoubt({ rule, outcome, level }: Answer, { image }: ReferenceContext): boolean {
  if (outcome !== 'fail' && outcome !== 'indeterminate') return false;
  return level === 'error' || (rule === 'signature-verified' && (image?.verifiedBy?.authorities.length ?? 0) > 0);
}

/** The digest that the tag points to now, or the newer patch release of its line. */
function newerThan(pullFrom: Reference, state: Evidence<TagState>): (Reference & { readonly tag: string }) | null {
  if (state.status !== 'present') return null;
  const { tag, currentDigest, pinnedDigest, listsPinned, newerTag } = state.value;
  if (pinnedDigest !== undefined && pinnedDigest !== currentDigest && listsPinned !== true) {
    return { ...pullFrom, tag, digest: currentDigest };
  }
  const { registry, repository } = pullFrom;
  return newerTag === undefined ? null : { registry, repository, tag: newerTag };
}
