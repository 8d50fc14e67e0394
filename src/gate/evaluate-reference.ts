import type { ImageUse } from '../build-files/image-use.js';
import type { ReadingIndex } from '../build-files/reading-index.js';
import { type Catalog, isListedHost, publisherOf } from '../catalog/catalog.js';
import { entryOfPublisher } from '../catalog/publisher-entry.js';
import type { EvidenceCollection } from '../evidence/collect.js';
import type { ImageSubject, RunSettings } from '../evidence/collector.js';
import type { CollectedEvidence } from '../evidence/kinds.js';
import { optionalField } from '../lib/collections.js';
import { governingEntry, policyReference } from '../policy/govern.js';
import type { Policy } from '../policy/policy.js';
import { ruleSetting } from '../policy/settings.js';
import { applyWaivers, vulnerabilityWaiver } from '../policy/waivers.js';
import { formatPlatform, type Platform, parsePlatform } from '../references/platform.js';
import type { Answer } from '../rules/answer.js';
import { answersOfImage, answersOfUse, type UseInquiry } from '../rules/evaluate.js';
import { rules } from '../rules/index.js';
import type { ImageRule, UseRule } from '../rules/rule.js';
import { baseReference, type Change } from './change.js';

/** What a use was evaluated with, and what came of it. */
export interface ReferenceEvaluation {
  readonly use: ImageUse;
  readonly publisher?: string;
  readonly answers: readonly Answer[];
  /** What was collected, by platform; empty where the image was not opened. */
  readonly evidence: ReadonlyMap<string, CollectedEvidence>;
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

/** Rules that decide who an image is. One that fails them at level error is not opened any further. */
const IDENTITY: ReadonlySet<string> = new Set(['denied-base', 'allowed-base', 'signature-verified']);
const useRules = rules.filter((rule): rule is UseRule<unknown> => rule.subject === 'use');
const imageRules = rules.filter((rule): rule is ImageRule<unknown> => rule.subject === 'image');
const comparing = imageRules.filter(({ comparesWithBase }) => comparesWithBase === true);
const identityOfUse = useRules.filter(({ id }) => IDENTITY.has(id));
const identityOfImage = imageRules.filter(({ id }) => IDENTITY.has(id));

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
  const other = answersOfUse(
    useRules.filter(({ id }) => !IDENTITY.has(id)),
    inquiry,
    barredByName,
  );
  const rest = imageRules.filter(({ id }) => !IDENTITY.has(id));

  const unlisted = barredByName === null ? notContacted(inquiry, input) : null;
  const barred = barredByName ?? unlisted;
  const perPlatform = await Promise.all(
    inquiry.platforms.map(async (platform) => {
      const signed = await answersOfImage(identityOfImage, inquiry, platform, evidence, barred);
      const bars = barred ?? barredBy(signed, use, input);
      const compared = bars === null ? await withOpenBase(inquiry, platform, reading, input, evidence) : inquiry;
      const others = await answersOfImage(rest, compared, platform, evidence, bars);
      return { platform, answers: [...signed, ...others] };
    }),
  );
  const collected = await collectedFor(inquiry, barred, evidence);
  const publisher = inquiry.subject.publisher?.id;
  return {
    use,
    ...optionalField('publisher', publisher),
    answers: [...identity, ...other, ...perPlatform.flatMap(({ answers }) => answers)],
    evidence: collected,
    onBuild: onBuildOf(collected),
    ...(unlisted === null ? {} : { notContacted: unlisted }),
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

function barredBy(answers: readonly Answer[], use: ImageUse, input: EvaluationInput): string | null {
  const failed = failedIdentity(answers, use, input);
  return failed === null ? null : `Not looked at, because ${failed} failed; \`--all\` opens the image all the same.`;
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
    ({ rule, outcome, level, waiver }) =>
      IDENTITY.has(rule) && outcome === 'fail' && level === 'error' && waiver === undefined,
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
function notContacted({ subject, pullFrom }: UseInquiry, { policy, catalog }: EvaluationInput): string | null {
  if (pullFrom === null || subject.entry !== null || isListedHost(catalog, policy, pullFrom)) return null;
  return `The registry ${pullFrom.registry} is neither in the policy nor in the catalog, so it was not contacted. To have it looked at, add to the policy: registries: { "${pullFrom.registry}": {} }`;
}

async function collectedFor(
  { subject, pullFrom, platforms, verifiedBy }: UseInquiry,
  barred: string | null,
  evidence: EvidenceCollection,
): Promise<ReadonlyMap<string, CollectedEvidence>> {
  const collected = new Map<string, CollectedEvidence>();
  const { reference } = subject;
  if (barred !== null || reference === null || pullFrom === null) return collected;
  for (const platform of platforms) {
    const imageSubject: ImageSubject = { reference, pullFrom, entry: verifiedBy, platform };
    collected.set(formatPlatform(platform), await evidence.collected(imageSubject));
  }
  return collected;
}

function onBuildOf(collected: ReadonlyMap<string, CollectedEvidence>): readonly string[] {
  const triggers = [...collected.values()].flatMap(({ image }) =>
    image?.status === 'present' ? image.value.configuration.onBuild : [],
  );
  return [...new Set(triggers)];
}
