import type { ImageUse } from '../build-files/image-use.js';
import type { ReadingIndex } from '../build-files/reading-index.js';
import { type Catalog, isListedHost, publisherOf } from '../catalog/catalog.js';
import { entryOfPublisher } from '../catalog/publisher-entry.js';
import type { EvidenceCollection } from '../evidence/collect.js';
import { imageId, type RunSettings } from '../evidence/collector.js';
import type { CollectedEvidence } from '../evidence/kinds.js';
import { optionalField } from '../lib/collections.js';
import { governingEntry, policyReference } from '../policy/govern.js';
import type { Policy } from '../policy/policy.js';
import { ruleSetting } from '../policy/settings.js';
import { applyWaivers, vulnerabilityWaiver } from '../policy/waivers.js';
import { formatPlatform, type Platform, parsePlatform } from '../references/platform.js';
import { formatReference } from '../references/reference.js';
import type { EvaluatedImage, ResolvedDigests } from '../reports/report.js';
import type { Answer, Bar } from '../rules/answer.js';
import { answersOfImage, answersOfUse, type UseInquiry } from '../rules/evaluate.js';
import { isIdentityDoubt, isIdentityRule } from '../rules/identity.js';
import { rules } from '../rules/index.js';
import type { ImageRule, UseRule } from '../rules/rule.js';
import { baseReference, type Change } from './change.js';
import { unverifiedAnswers } from './unverified.js';

/** What a use was evaluated with, and what came of it. */
export interface ReferenceEvaluation {
  readonly use: ImageUse;
  readonly answers: readonly Answer[];
  /** The image on each platform; none where the reference names no image. */
  readonly images: readonly EvaluatedImage[];
  readonly onBuild: readonly string[];
  /** Why its registry was not contacted, where that alone kept it from being looked at. */
  readonly notContacted?: string;
}

export interface EvaluationInput {
  readonly policy: Policy;
  readonly catalog: Catalog;
  readonly settings: RunSettings;
  readonly change: Change | null;
  readonly all: boolean;
}

const useRules = rules.filter((rule): rule is UseRule<unknown> => rule.subject === 'use');
const imageRules = rules.filter((rule): rule is ImageRule<unknown> => rule.subject === 'image');
const comparing = imageRules.filter(({ comparesWithBase }) => comparesWithBase === true);
const identityOfUse = useRules.filter(isIdentityRule);
const otherOfUse = useRules.filter((rule) => !isIdentityRule(rule));
const identityOfImage = imageRules.filter(isIdentityRule);
const otherOfImage = imageRules.filter((rule) => !isIdentityRule(rule));

/** Asks every rule about one use: identity first, so that an image nobody allowed is not even looked up. */
export async function evaluateReference(
  use: ImageUse,
  reading: ReadingIndex,
  input: EvaluationInput,
  evidence: EvidenceCollection,
): Promise<ReferenceEvaluation> {
  const inquiry = inquiryOf(use, reading, input);
  const identity = answersOfUse(identityOfUse, inquiry, null);
  const barredByName = barredBy(identity, use, input);
  const other = answersOfUse(otherOfUse, inquiry, barredByName);
  const unlisted = barredByName === null ? notContacted(inquiry, input) : null;
  const barred = barredByName ?? unlisted;
  const perPlatform = await Promise.all(
    inquiry.platforms.map(async (platform) => {
      const signed = await answersOfImage(identityOfImage, inquiry, platform, evidence, barred);
      const bars = barred ?? barredBy(signed, use, input);
      const compared = bars === null ? await withOpenBase(inquiry, platform, reading, input, evidence) : inquiry;
      const others = await answersOfImage(otherOfImage, compared, platform, evidence, bars);
      return { platform, answers: [...signed, ...others] };
    }),
  );
  const images = await imagesOf(inquiry, barred, evidence);
  const answers = [...identity, ...other, ...perPlatform.flatMap((one) => one.answers)];
  return {
    use,
    answers: [...answers, ...unverifiedAnswers(inquiry, barred, images, answers)],
    images,
    onBuild: onBuildOf(images),
    ...(unlisted === null ? {} : { notContacted: unlisted.message }),
  };
}

/** Everything a use is asked with. */
export function inquiryOf(
  use: ImageUse,
  reading: ReadingIndex,
  { policy, catalog, settings, change }: EvaluationInput,
): UseInquiry {
  const pullFrom = use.reference;
  const reference = pullFrom === null ? null : policyReference(policy, pullFrom);
  const entry = reference === null ? null : governingEntry(policy, reference);
  const publisher = reference === null ? null : publisherOf(catalog, reference);
  const base = baseReference(use, change, { policy, catalog });
  return {
    change,
    ...optionalField('base', base),
    pullFrom,
    platforms: platformsOf(use),
    verifiedBy: entry ?? entryOfPublisher(publisher),
    subject: {
      use,
      file: reading.fileOf(use),
      reference,
      policy,
      stages: reading.stagesOf(use),
      entry,
      publisher,
      now: settings.now,
    },
    waiverOf: (rule, vulnerability) =>
      reference === null ? null : vulnerabilityWaiver(policy, { rule, use, reference, vulnerability }, settings.now),
  };
}

const DEFAULT_PLATFORM: Platform = { os: 'linux', architecture: 'amd64' };

/** The platforms an image is evaluated on: the one its --platform flag names, else those the file is built for. */
function platformsOf(use: ImageUse): readonly Platform[] {
  const texts = use.platform === null ? use.targetPlatforms : [use.platform];
  const platforms = texts.flatMap((text) => {
    const parsed = parsePlatform(text);
    return parsed.ok ? [parsed.value] : [];
  });
  // With none, no rule about the image would be asked, and what is not asked does not fail.
  return platforms.length > 0 ? platforms : [DEFAULT_PLATFORM];
}

function barredBy(answers: readonly Answer[], use: ImageUse, input: EvaluationInput): Bar | null {
  const failed = failedIdentity(answers, use, input);
  if (failed === null) return null;
  return {
    cause: 'identity',
    message: `Not looked at, because ${failed} failed; \`--all\` opens the image all the same.`,
  };
}

/**
 * The rule whose failure keeps an image from being opened, or null. A failure that a waiver covers bars nothing: it
 * excuses that one rule, and the others would all be skipped with it.
 */
export function failedIdentity(
  answers: readonly Answer[],
  use: ImageUse,
  { all, policy, settings }: EvaluationInput,
): string | null {
  if (all) return null;
  const failed = applyWaivers(policy, answers, [use], settings.now).answers.find(
    (answer) =>
      isIdentityDoubt(answer) && answer.outcome === 'fail' && answer.level === 'error' && answer.waiver === undefined,
  );
  return failed?.rule ?? null;
}

/** The first answer about who an image is that `bars` it. Names first: what nobody allowed is not asked for. */
export async function barringAnswer(
  inquiry: UseInquiry,
  platform: Platform,
  evidence: EvidenceCollection,
  bars: (answer: Answer) => boolean,
): Promise<Answer | null> {
  const named = answersOfUse(identityOfUse, inquiry, null).find(bars);
  return named ?? (await answersOfImage(identityOfImage, inquiry, platform, evidence, null)).find(bars) ?? null;
}

/** The inquiry without the base ref's image where that may not be opened: what is in it would excuse what is in this one. */
async function withOpenBase(
  inquiry: UseInquiry,
  platform: Platform,
  reading: ReadingIndex,
  input: EvaluationInput,
  evidence: EvidenceCollection,
): Promise<UseInquiry> {
  const { base, subject } = inquiry;
  const isQueried = comparing.some((rule) => ruleSetting(input.policy, rule, subject.use.role).level !== 'off');
  if (base?.kind !== 'image' || !isQueried) return inquiry;
  const { use } = base;
  const failed = await baseBarredBy(use, platform, reading, input, evidence);
  if (failed === null) return inquiry;
  return { ...inquiry, base: { kind: 'unknown', use, reason: `${use.expanded} fails ${failed} and is not opened` } };
}

/** The rule for which an image of the base ref is not opened, asked as if the build file still named it; or null. */
export async function baseBarredBy(
  use: ImageUse,
  platform: Platform,
  reading: ReadingIndex,
  input: EvaluationInput,
  evidence: EvidenceCollection,
): Promise<string | null> {
  const inquiry = inquiryOf(use, reading, { ...input, change: null });
  const bars = (answer: Answer) => failedIdentity([answer], use, input) !== null;
  return (await barringAnswer(inquiry, platform, evidence, bars))?.rule ?? null;
}

/** A host that the build file alone names is never contacted: otherwise a pull request could make the runner call anybody. */
function notContacted({ subject, pullFrom }: UseInquiry, { policy, catalog }: EvaluationInput): Bar | null {
  if (pullFrom === null || subject.entry !== null || isListedHost(catalog, policy, pullFrom)) return null;
  const message = `The registry ${pullFrom.registry} is neither in the policy nor in the catalog, so it was not contacted. To have it looked at, add to the policy: registries: { "${pullFrom.registry}": {} }`;
  return { cause: 'not-contacted', message };
}

/** The image on each platform, with what has been collected of it so far: nothing where it was not opened. */
async function imagesOf(
  { subject, pullFrom, platforms, verifiedBy }: UseInquiry,
  barred: Bar | null,
  evidence: EvidenceCollection,
): Promise<readonly EvaluatedImage[]> {
  const { reference, publisher } = subject;
  if (reference === null || pullFrom === null) return [];
  return await Promise.all(
    platforms.map(async (platform): Promise<EvaluatedImage> => {
      const image = { reference, pullFrom, entry: verifiedBy, platform };
      const collected = barred === null ? await evidence.collected(image) : {};
      return {
        id: imageId(image),
        reference: formatReference(reference),
        platform: formatPlatform(platform),
        ...optionalField('resolved', digestsOf(collected)),
        ...optionalField('publisher', publisher?.id),
        evidence: collected,
      };
    }),
  );
}

function digestsOf({ image }: CollectedEvidence): ResolvedDigests | undefined {
  if (image?.status !== 'present') return undefined;
  const { digest, manifestDigest, configDigest } = image.value;
  return { digest, manifest: manifestDigest, config: configDigest };
}

function onBuildOf(images: readonly EvaluatedImage[]): readonly string[] {
  const triggers = images.flatMap(({ evidence: { image } }) =>
    image?.status === 'present' ? image.value.configuration.onBuild : [],
  );
  return [...new Set(triggers)];
}
