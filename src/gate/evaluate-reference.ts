import type { ImageUse } from '../build-files/image-use.js';
import { isListedHost } from '../catalog/catalog.js';
import { imageId } from '../evidence/collector.js';
import type { CollectedEvidence } from '../evidence/kinds.js';
import { optionalField } from '../lib/collections.js';
import { ruleSetting } from '../policy/settings.js';
import { applyWaivers } from '../policy/waivers.js';
import { formatPlatform, type Platform } from '../references/platform.js';
import { formatReference } from '../references/reference.js';
import type { EvaluatedImage, ResolvedDigests } from '../reports/report.js';
import type { Answer, Bar } from '../rules/answer.js';
import { answersOfImage, answersOfUse, imageOn, type ReferenceContext } from '../rules/evaluate.js';
import { isIdentityDoubt, isIdentityRule } from '../rules/identity.js';
import { rules as everyRule } from '../rules/index.js';
import type { ImageRule, Rule, UseRule } from '../rules/rule.js';
import type { RunContext, RunInput } from './run-context.js';
import { unverifiedAnswers } from './unverified.js';

/** A use, the images it was evaluated with, and the answers. */
export interface ReferenceEvaluation {
  readonly use: ImageUse;
  readonly answers: readonly Answer[];
  /** The image on each platform; empty if the reference names no image. */
  readonly images: readonly EvaluatedImage[];
  readonly onBuild: readonly string[];
  /** Why its registry was not contacted, where that is the only reason why it was not opened. */
  readonly notContacted?: string;
}

/** Rules in the order of evaluation: the name before the image, and identity before the rest. */
interface RuleGroups {
  readonly identityOfUse: readonly UseRule<unknown>[];
  readonly otherOfUse: readonly UseRule<unknown>[];
  readonly identityOfImage: readonly ImageRule<unknown>[];
  readonly otherOfImage: readonly ImageRule<unknown>[];
  readonly comparing: readonly ImageRule<unknown>[];
}

const grouped = new WeakMap<readonly Rule[], RuleGroups>();

function groupsOf({ rules = everyRule }: Pick<RunInput, 'rules'>): RuleGroups {
  const known = grouped.get(rules);
  if (known !== undefined) return known;
  const ofUse = rules.filter((rule): rule is UseRule<unknown> => rule.subject === 'use');
  const ofImage = rules.filter((rule): rule is ImageRule<unknown> => rule.subject === 'image');
  const groups = {
    identityOfUse: ofUse.filter(isIdentityRule),
    otherOfUse: ofUse.filter((rule) => !isIdentityRule(rule)),
    identityOfImage: ofImage.filter(isIdentityRule),
    otherOfImage: ofImage.filter((rule) => !isIdentityRule(rule)),
    comparing: ofImage.filter(({ comparesWithBase }) => comparesWithBase === true),
  };
  grouped.set(rules, groups);
  return groups;
}

/** Evaluates every rule for one use: identity first, so that an image that the policy does not allow is not even looked up. */
export async function evaluateReference(use: ImageUse, run: RunContext): Promise<ReferenceEvaluation> {
  const { identityOfUse, otherOfUse, identityOfImage, otherOfImage } = groupsOf(run);
  const named = run.referenceOf(use);
  const identity = answersOfUse(identityOfUse, named, null);
  const barredByName = barredBy(identity, use, run);
  const other = answersOfUse(otherOfUse, named, barredByName);

  const unlisted = barredByName === null ? notContacted(named, run) : null;
  const barred = barredByName ?? unlisted;
  const reference = barred === null ? await onPlatformsItHas(named, run) : named;
  const perPlatform = await Promise.all(
    reference.platforms.map(async (platform) => {
      const signed = await answersOfImage(identityOfImage, reference, platform, barred);
      const bars = barred ?? barredBy(signed, use, run);
      const compared = bars === null ? await withOpenBase(reference, platform, run) : reference;
      const others = await answersOfImage(otherOfImage, compared, platform, bars);
      return [...signed, ...others];
    }),
  );
  const images = await imagesOf(reference, barred);
  const answers = [...identity, ...other, ...perPlatform.flat()];
  return {
    use,
    answers: [...answers, ...unverifiedAnswers(reference, barred, images, answers)],
    images,
    onBuild: onBuildOf(images),
    ...(unlisted === null ? {} : { notContacted: unlisted.message }),
  };
}

/** The most platforms of an image that are evaluated where none is configured; an image with more has none by default. */
const MAX_OTHER_PLATFORMS = 16;

/**
 * Where no platform is configured, linux/amd64 is evaluated. An image without it, such as those of Windows, is
 * built on another: on those that a definition names, else on any that it has.
 */
async function onPlatformsItHas(reference: ReferenceContext, run: RunContext): Promise<ReferenceContext> {
  const { use } = reference.subject;
  if (use.assumesPlatform !== true || use.platform !== null) return reference;
  const assumed = reference.platforms.find((platform) => formatPlatform(platform) === 'linux/amd64');
  const image = assumed === undefined ? null : imageOn(reference, assumed);
  if (image === null) return reference;
  const { image: found } = await reference.evidence.collect(image, ['image']);
  if (found?.status !== 'unavailable' || found.platforms === undefined) return reference;
  const named = reference.platforms.filter((platform) => platform !== assumed);
  if (named.length > 0) return run.onPlatforms(use, named);
  const there = found.platforms;
  return there.length === 0 || there.length > MAX_OTHER_PLATFORMS ? reference : run.onPlatforms(use, there);
}

function barredBy(answers: readonly Answer[], use: ImageUse, run: RunInput): Bar | null {
  const failed = failedIdentity(answers, use, run);
  if (failed === null) return null;
  return {
    cause: 'identity',
    message: `Not checked because ${failed} failed; \`--all\` opens the image anyway.`,
  };
}

/**
 * The rule whose failure keeps an image from being opened, or null. A failure that a waiver covers bars nothing: it
 * excuses that one rule, and the others would all be skipped with it.
 */
export function failedIdentity(
  answers: readonly Answer[],
  use: ImageUse,
  { all, policy, settings }: RunInput,
): string | null {
  if (all) return null;
  const failed = applyWaivers(policy, answers, [use], settings.now).answers.find(
    (answer) =>
      isIdentityDoubt(answer) && answer.outcome === 'fail' && answer.level === 'error' && answer.waiver === undefined,
  );
  return failed?.rule ?? null;
}

/** The first answer about who an image is that `bars` it. Names first: an image that the policy does not allow is not requested. */
export async function barringAnswer(
  reference: ReferenceContext,
  platform: Platform,
  bars: (answer: Answer) => boolean,
): Promise<Answer | null> {
  const { identityOfUse, identityOfImage } = groupsOf({});
  const named = answersOfUse(identityOfUse, reference, null).find(bars);
  return named ?? (await answersOfImage(identityOfImage, reference, platform, null)).find(bars) ?? null;
}

/** The context without the base ref's image where that may not be opened: what is in it would excuse what is in this one. */
async function withOpenBase(
  reference: ReferenceContext,
  platform: Platform,
  run: RunContext,
): Promise<ReferenceContext> {
  const { base, subject } = reference;
  const isCompared = groupsOf(run).comparing.some(
    (rule) => ruleSetting(run.policy, rule, subject.use.role).level !== 'off',
  );
  if (base?.kind !== 'image' || !isCompared) return reference;
  const { use } = base;
  const failed = await baseBarredBy(use, platform, run);
  if (failed === null) return reference;
  return { ...reference, base: { kind: 'unknown', use, reason: `${use.expanded} fails ${failed} and is not opened` } };
}

/** The rule for which an image of the base ref is not opened, evaluated as if the build file still named it; or null. */
export async function baseBarredBy(use: ImageUse, platform: Platform, run: RunContext): Promise<string | null> {
  const before = run.alone.referenceOf(use);
  const bars = (answer: Answer) => failedIdentity([answer], use, run) !== null;
  return (await barringAnswer(before, platform, bars))?.rule ?? null;
}

/** A host that only the build file names is never contacted: otherwise a pull request could make the runner contact any host. */
function notContacted({ subject, image }: ReferenceContext, { policy, catalog }: RunInput): Bar | null {
  if (image === null || subject.entry !== null || isListedHost(catalog, policy, image.pullFrom)) return null;
  const { registry } = image.pullFrom;
  const message = `The registry ${registry} is neither in the policy nor in the catalog, so it was not contacted. To check its images, add to the policy: registries: { "${registry}": {} }`;
  return { cause: 'not-contacted', message };
}

/** The image on each platform, with what has been collected of it so far: nothing where it was not opened. */
async function imagesOf(reference: ReferenceContext, barred: Bar | null): Promise<readonly EvaluatedImage[]> {
  const images = await Promise.all(
    reference.platforms.map(async (platform): Promise<EvaluatedImage | null> => {
      const image = imageOn(reference, platform);
      if (image === null) return null;
      const collected = barred === null ? await reference.evidence.collected(image) : {};
      return {
        id: imageId(image),
        reference: formatReference(image.reference),
        platform: formatPlatform(platform),
        ...optionalField('resolved', digestsOf(collected)),
        ...optionalField('publisher', reference.subject.publisher?.id),
        evidence: collected,
      };
    }),
  );
  return images.filter((image) => image !== null);
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
