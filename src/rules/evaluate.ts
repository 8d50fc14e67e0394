import { type BuildFile, type ImageUse, type Place, startOfLine } from '../build-files/image-use.js';
import type { EvidenceCollection } from '../evidence/collect.js';
import { type ImageSubject, imageId } from '../evidence/collector.js';
import type { CollectedEvidence, EvidenceKind } from '../evidence/kinds.js';
import { describeMissing, EVIDENCE_NAMES } from '../evidence/words.js';
import { type BaseReference, type Change, inheritedFrom } from '../gate/change.js';
import { optionalField } from '../lib/collections.js';
import { type Level, type Policy, policyPath, type Waiver } from '../policy/policy.js';
import { type PhasedSetting, phasedSetting, type RuleSetting } from '../policy/settings.js';
import { formatPlatform, type Platform } from '../references/platform.js';
import { formatReference } from '../references/reference.js';
import type { Answer, Bar } from './answer.js';
import type {
  BaseImage,
  ChangeRule,
  FileRule,
  ImageRule,
  NewerImage,
  Rule,
  RuleResult,
  UnansweredCause,
  UseRule,
  UseSubject,
} from './rule.js';
import type { SharedResults } from './shared-results.js';

const RANK: Readonly<Record<Level, number>> = { off: 0, note: 1, warning: 2, error: 3 };

/** The lower of two levels. */
function atMost(level: Level, cap: Level): Level {
  return RANK[cap] < RANK[level] ? cap : level;
}

/** Everything the rules need to evaluate a reference, and what lowers its answers; `src/gate/run-context.ts` makes it. */
export interface ReferenceContext {
  readonly evidence: EvidenceCollection;
  readonly subject: Omit<UseSubject, 'waiverOf'>;
  readonly waiverOf: (rule: string, vulnerability: string) => Waiver | null;
  readonly platforms: readonly Platform[];
  /** Where it stands. */
  readonly place: Place;
  /** What rules answered about the images of the run. */
  readonly results: SharedResults;
  /** The image that it names; null where it names none. */
  readonly image: Omit<ImageSubject, 'platform'> | null;
  readonly change: Change | null;
  /** What the base ref names in this place; absent where nothing is compared. */
  readonly base?: BaseReference;
  /** What its tag names today, for rules that are evaluated again because they failed. */
  readonly newer?: NewerReference;
}

/** What a tag names today: an image whose identity was tested, or why it is not evaluated. */
export type NewerReference =
  | { readonly kind: 'image'; readonly tag: string; readonly subject: Omit<ImageSubject, 'platform'> }
  | Extract<NewerImage, { readonly kind: 'unchecked' }>;

/** The image behind a reference on one platform, as evidence is collected about it; null where it names none. */
export function imageOn({ image }: Pick<ReferenceContext, 'image'>, platform: Platform): ImageSubject | null {
  return image === null ? null : { ...image, platform };
}

/** The answers of rules about a build file as a whole. */
export function answersOfFile(rules: readonly Rule[], file: BuildFile, policy: Policy): readonly Answer[] {
  return rules
    .filter((rule): rule is FileRule<unknown> => rule.subject === 'file')
    .flatMap((rule) => {
      // The line at which BuildKit stops reading.
      const location = startOfLine(file.path, file.line ?? 1);
      return inPhases(phasedSetting(policy, rule, 'final'), (setting) =>
        asList(rule.evaluate({ file, policy }, setting.options)).map((result) => ({
          rule: rule.id,
          location,
          ...answerFields(result, setting),
        })),
      );
    });
}

/** The answers of rules about the change, evaluated once a run; without a change there is nothing to compare. */
export function answersOfChange(rules: readonly Rule[], policy: Policy, change: Change | null): readonly Answer[] {
  return rules
    .filter((rule): rule is ChangeRule<unknown> => rule.subject === 'change')
    .flatMap((rule) => {
      const location = startOfLine(policyPath(policy), 1);
      const subject = { policy, changedFiles: change?.changedFiles ?? null };
      return inPhases(phasedSetting(policy, rule, 'final'), (setting) =>
        asList(rule.evaluate(subject, setting.options)).map((result) => ({
          rule: rule.id,
          location,
          ...answerFields(result, setting),
        })),
      );
    });
}

/** The answers that need nothing but the build file and the policy. With a `bar`, no rule that concerns the use is evaluated. */
export function answersOfUse(
  rules: readonly UseRule<unknown>[],
  inquiry: ReferenceContext,
  bar: Bar | null,
): readonly Answer[] {
  const { subject } = inquiry;
  return rules.flatMap((rule) => {
    const results = ({ options }: RuleSetting): readonly RuleResult[] => {
      if (!rule.roles.includes(subject.use.role)) return [notQueried(subject.use)];
      if (bar !== null) return [{ outcome: 'skipped', message: bar.message }];
      return inquiry.results.of(
        rule.id,
        subject.use.expanded,
        asList(rule.evaluate(subjectFor(rule, inquiry), options)),
      );
    };
    return inPhases(phasedSetting(subject.policy, rule, subject.use.role), (setting) =>
      results(setting).map((result) => ({
        ...useAnswer(rule, result, setting, inquiry),
        ...unanswered(result, bar?.cause ?? 'undecided'),
      })),
    ).map((answer) => lowered(answer, rule, inquiry));
  });
}

/** The answers about the image behind a use on one platform, for the rules given. Evidence that no rule needs is not fetched. */
export async function answersOfImage(
  rules: readonly ImageRule<unknown>[],
  inquiry: ReferenceContext,
  platform: Platform,
  bar: Bar | null,
): Promise<readonly Answer[]> {
  const { subject, evidence } = inquiry;
  const image = imageOn(inquiry, platform);
  const id = image === null ? undefined : imageId(image);
  const answers = rules.map(async (rule): Promise<readonly Answer[]> => {
    const phased = phasedSetting(subject.policy, rule, subject.use.role);
    if (isOff(phased)) return [];
    const finish = (
      results: (setting: RuleSetting) => readonly RuleResult[],
      cause: UnansweredCause = 'undecided',
    ): readonly Answer[] =>
      inPhases(phased, (setting) =>
        results(setting).map((result) => ({
          ...useAnswer(rule, result, setting, inquiry),
          platform: formatPlatform(platform),
          ...optionalField('image', id),
          ...unanswered(result, cause),
        })),
      ).map((answer) => lowered(answer, rule, inquiry));
    if (!rule.roles.includes(subject.use.role)) return finish(() => [notQueried(subject.use)]);
    if (image === null) {
      return finish(() => [{ outcome: 'not-applicable', message: 'The image is not known; see known-reference.' }]);
    }
    if (bar !== null) return finish(() => [{ outcome: 'skipped', message: bar.message }], bar.cause);
    const collected = await evidence.collect(image, [...new Set(['image' as const, ...rule.evidence])]);
    const base = rule.comparesWithBase === true ? await baseImage(rule, inquiry.base, platform, evidence) : {};
    const newer = rule.comparesWithNewer === true ? await newerImage(rule, inquiry.newer, platform, evidence) : {};
    const subjectOnPlatform = {
      ...subjectFor(rule, inquiry),
      ...base,
      ...newer,
      reference: image.reference,
      verifiedBy: image.verifiedBy,
      platform,
      evidence: collected,
    };
    const cause = causeIn(collected, ['image', ...rule.evidence]);
    return finish(({ options }) => {
      return inquiry.results.of(rule.id, imageId(image), asList(rule.evaluate(subjectOnPlatform, options)));
    }, cause);
  });
  return (await Promise.all(answers)).flat();
}

/** The cause of the first kind that could not be had; a rule that says so rests on it. */
function causeIn(collected: CollectedEvidence, kinds: readonly EvidenceKind[]): UnansweredCause {
  for (const kind of kinds) {
    const evidence = collected[kind];
    if (evidence?.status === 'unavailable') return evidence.cause;
  }
  return 'undecided';
}

function unanswered({ outcome }: RuleResult, cause: UnansweredCause): Pick<Answer, 'cause'> {
  return outcome === 'indeterminate' || outcome === 'skipped' ? { cause } : {};
}

async function baseImage(
  rule: ImageRule<unknown>,
  base: BaseReference | undefined,
  platform: Platform,
  evidence: EvidenceCollection,
): Promise<{ readonly base?: BaseImage }> {
  if (base === undefined) return {};
  if (base.kind === 'none') return { base };
  if (base.kind === 'unknown') return { base: { kind: 'unknown', reason: base.reason } };
  const collected = await evidence.collect({ ...base.subject, platform }, rule.evidence);
  return { base: { kind: 'image', reference: formatReference(base.subject.reference), evidence: collected } };
}

async function newerImage(
  rule: ImageRule<unknown>,
  newer: NewerReference | undefined,
  platform: Platform,
  evidence: EvidenceCollection,
): Promise<{ readonly newer?: NewerImage }> {
  if (newer === undefined) return {};
  if (newer.kind !== 'image') return { newer };
  const { tag, subject } = newer;
  const collected = await evidence.collect({ ...subject, platform }, [
    ...new Set(['image' as const, ...rule.evidence]),
  ]);
  if (collected.image?.status !== 'present') {
    const { message } = describeMissing(collected.image, EVIDENCE_NAMES.image);
    return { newer: { kind: 'unchecked', tag, reason: message } };
  }
  return { newer: { kind: 'image', tag, digest: collected.image.value.digest, evidence: collected } };
}

function asList(results: RuleResult | readonly RuleResult[]): readonly RuleResult[] {
  return 'outcome' in results ? [results] : results;
}

function subjectFor({ id }: Rule, { subject, waiverOf }: ReferenceContext): UseSubject {
  return { ...subject, waiverOf: (vulnerability) => waiverOf(id, vulnerability) };
}

function notQueried(use: ImageUse): RuleResult {
  return { outcome: 'not-applicable', message: `The rule does not apply to images in the role "${use.role}".` };
}

function useAnswer(rule: Rule, result: RuleResult, setting: RuleSetting, { subject, place }: ReferenceContext): Answer {
  return { rule: rule.id, use: subject.use.id, location: place, ...answerFields(result, setting) };
}

function isOff({ now, next }: PhasedSetting): boolean {
  return now.level === 'off' && (next === undefined || next.setting.level === 'off');
}

/**
 * The answers by what holds today. Where the policy has announced more, what will decide the verdict then and does not
 * today is a warning that names the day.
 */
function inPhases(
  { now, next }: PhasedSetting,
  evaluate: (setting: RuleSetting) => readonly Answer[],
): readonly Answer[] {
  const answers = now.level === 'off' ? [] : evaluate(now);
  if (next === undefined || next.setting.level === 'off') return answers;
  const decides = ({ level, outcome }: Answer) =>
    level === 'error' && (outcome === 'fail' || outcome === 'indeterminate');
  const coming = evaluate(next.setting).filter(decides);
  const announced = coming
    .filter((answer) => !answers.some((today) => today.aspect === answer.aspect && decides(today)))
    .map((answer): Answer => ({ ...answer, level: 'warning', heldBack: true, enforceFrom: next.from }));
  return [...answers.filter(({ aspect }) => !announced.some((answer) => answer.aspect === aspect)), ...announced];
}

/** A result's own location, where it has one, stands before the one that its subject gives. */
function answerFields(
  result: RuleResult,
  setting: RuleSetting,
): Omit<Answer, 'rule' | 'location'> & Partial<Pick<Answer, 'location'>> {
  const { atMost: cap, ...fields } = result;
  const level = atMost(setting.level, cap ?? 'error');
  const warns = result.outcome === 'indeterminate' && setting.onIndeterminate === 'warn';
  const counts = result.outcome === 'fail' || result.outcome === 'indeterminate';
  const heldBack = setting.heldBack && counts && !warns && (cap ?? 'error') === 'error';
  return { ...fields, level: warns ? atMost(level, 'warning') : level, ...(heldBack ? { heldBack } : {}) };
}

/** A pull request answers for what it changes: what it inherits is shown, as a warning at most. */
function lowered(answer: Answer, rule: Rule, { subject: { use, stages }, change }: ReferenceContext): Answer {
  if (change === null || change.onlyNew === 'off' || answer.outcome !== 'fail') return answer;
  const isImageRule = rule.subject === 'image';
  if (!(isImageRule && rule.ages) && change.onlyNew !== 'all') return answer;
  const isSame = (isImageRule ? rule.isSame : undefined) ?? (() => true);
  const before = inheritedFrom(use, change, answer.platform);
  if (!before.some((base) => isSame({ use, stages }, { use: base, stages: change.baseStages ?? [] }))) return answer;
  const { heldBack: _notHeldBack, enforceFrom: _never, ...shown } = answer;
  return { ...shown, level: atMost(answer.level, 'warning'), inherited: true };
}
