import { type DiffEntry, diffPackages, type NamedPackage } from '../attestations/sbom/diff.js';
import type { ImageSbom } from '../attestations/sbom/image-sbom.js';
import { installedPackages } from '../attestations/sbom/sbom.js';
import type { ImageUse } from '../build-files/image-use.js';
import { type Lock, lockedDigest } from '../enforce/lock/lock.js';
import type { ImageSubject } from '../evidence/collector.js';
import type { Evidence } from '../evidence/evidence.js';
import type { CollectedEvidence, EvidenceKind } from '../evidence/kinds.js';
import { describeMissing, EVIDENCE_NAMES } from '../evidence/words.js';
import { optionalField } from '../lib/collections.js';
import { formatPlatform, type Platform } from '../references/platform.js';
import { formatReference, type Reference } from '../references/reference.js';
import type {
  BaseChange,
  ComparedImage,
  NotKnown,
  PackageChange,
  VulnerabilityChange,
} from '../reports/image-diff-document.js';
import { shortReference } from '../reports/image-diff-words.js';
import { BASE_CHANGE_ENTRIES } from '../reports/package-diff.js';
import { imageOn } from '../rules/evaluate.js';
import { distinct, groups } from '../rules/vulnerabilities/describe.js';
import { type EvaluatedPackages, evaluatedPackages } from '../vulnerabilities/evaluated-packages.js';
import { compareFound, openOf } from '../vulnerabilities/matching/compare.js';
import type { KnownVulnerabilities } from '../vulnerabilities/vulnerabilities.js';
import { baseBarredBy, failedIdentity, type ReferenceEvaluation } from './evaluate-reference.js';
import type { RunContext } from './run-context.js';

/** One of the two images that are compared, and the evidence collected for it. */
interface Side {
  readonly name: string;
  readonly evidence: CollectedEvidence;
}

/** Describes what changed between two images: their packages and known vulnerabilities. */
export function compareImages(before: Side, after: Side): Pick<BaseChange, 'packages' | 'vulnerabilities'> {
  return { packages: comparePackages(before, after), vulnerabilities: compareVulnerabilities(before, after) };
}

/**
 * Both images are read by the same means, or a difference would be one of the means: the databases in the layers, with
 * what an SBOM that counts adds where both have one, and the SBOMs alone where the layers of one are unavailable.
 */
function comparePackages(before: Side, after: Side): PackageChange | NotKnown {
  const [old, now] = [before.evidence.packages, after.evidence.packages];
  const [oldSbom, nowSbom] = [countingSbom(before), countingSbom(after)];
  const sboms = oldSbom === null || nowSbom === null ? null : { old: oldSbom, now: nowSbom };
  if (old?.status === 'present' && now?.status === 'present') {
    const gaps = [
      ...old.value.unknowns.map(({ path, reason }) => `In ${before.name}, /${path} could not be read: ${reason}.`),
      ...now.value.unknowns.map(({ path, reason }) => `In ${after.name}, /${path} could not be read: ${reason}.`),
    ];
    const listed = evaluatedPackages(old.value, sboms?.old ?? null);
    const listedNow = evaluatedPackages(now.value, sboms?.now ?? null);
    const unnamed = unnamedIn(listed, sboms?.old);
    const unnamedNow = unnamedIn(listedNow, sboms?.now);
    return packageChange(sboms === null ? 'layers' : 'layers and SBOM', listed.packages, listedNow.packages, [
      ...gaps,
      ...notCompared(before, unnamed, unnamedNow),
      ...notCompared(after, unnamedNow, unnamed),
    ]);
  }
  if (sboms !== null) {
    return packageChange(
      'SBOM',
      installedPackages(sboms.old.chosen.sbom),
      installedPackages(sboms.now.chosen.sbom),
      [],
    );
  }
  return notKnown('packages', [before, old], [after, now]);
}

/**
 * Null too for one without packages, as apko makes of an index: next to it, everything that the other image's lists would
 * look as if it had come or gone.
 */
function countingSbom({ evidence: { sbom } }: Side): ImageSbom | null {
  if (sbom?.status !== 'present' || !sbom.value.counts) return null;
  return installedPackages(sbom.value.chosen.sbom).length === 0 ? null : sbom.value;
}

/** What a SBOM lists and no purl names, without the place that differs between any two images. */
function unnamedIn({ unevaluated, uncovered }: EvaluatedPackages, sbom: ImageSbom | undefined): readonly string[] {
  const place = ` of ${sbom?.chosen.place ?? ''}`;
  return [...unevaluated, ...uncovered].map(({ what }) => (what.endsWith(place) ? what.slice(0, -place.length) : what));
}

function notCompared({ name }: Side, here: readonly string[], there: readonly string[]): readonly string[] {
  const known = new Set(there);
  return here
    .filter((one) => !known.has(one))
    .map((one) => `The SBOM of ${name} lists ${one} without a readable purl, which is not compared.`);
}

function packageChange(
  from: PackageChange['from'],
  before: readonly NamedPackage[],
  after: readonly NamedPackage[],
  gaps: readonly string[],
): PackageChange {
  const { added, removed, changed } = diffPackages(before, after);
  const some = <T extends DiffEntry | PackageChange['changed'][number]>(list: readonly T[]) =>
    list.slice(0, BASE_CHANGE_ENTRIES);
  return {
    status: 'compared',
    from,
    counts: { added: added.length, removed: removed.length, changed: changed.length },
    added: some(added),
    removed: some(removed),
    changed: some(changed),
    gaps,
  };
}

function compareVulnerabilities(before: Side, after: Side): VulnerabilityChange | NotKnown {
  const [old, now] = [before.evidence.vulnerabilities, after.evidence.vulnerabilities];
  if (old?.status !== 'present' || now?.status !== 'present') {
    return notKnown('vulnerabilities', [before, old], [after, now]);
  }
  // What VEX silences for only one of the images still counts for the other.
  const { brought: added, gone: removed } = compareFound(openOf(old.value.found), openOf(now.value.found));
  return {
    status: 'compared',
    counts: { added: distinct(added).length, removed: distinct(removed).length },
    added: groups(added).slice(0, BASE_CHANGE_ENTRIES),
    removed: groups(removed).slice(0, BASE_CHANGE_ENTRIES),
    gaps: [...unevaluated(before, old.value), ...unevaluated(after, now.value)],
  };
}

/** An image that was not understood has fewer known vulnerabilities than it has: that must not look like a fix. */
function unevaluated({ name }: Side, { unevaluated: all }: KnownVulnerabilities): readonly string[] {
  return all.map(({ what, reason }) => `Not everything in ${name} could be evaluated: ${what}, because ${reason}.`);
}

function notKnown(kind: EvidenceKind, ...sides: readonly (readonly [Side, Evidence<unknown> | undefined])[]): NotKnown {
  for (const [{ name }, evidence] of sides) {
    if (evidence?.status === 'present') continue;
    // Evidence is collected only if a rule needs it.
    if (evidence === undefined) return { status: 'not-known', reason: 'No rule of the policy needs them.' };
    const { message } = describeMissing(evidence, EVIDENCE_NAMES[kind]);
    return { status: 'not-known', reason: `${name}: ${message}` };
  }
  return { status: 'not-known', reason: 'There is nothing to compare.' };
}

/** What is compared: of the image that is replaced, no more is collected than of the one that replaces it. */
const COMPARED: readonly EvidenceKind[] = ['image', 'packages', 'sbom', 'vulnerabilities'];

/**
 * What changed in the images that a change replaces; one entry for all uses that change alike. Called when
 * everything is evaluated, so that what this costs is taken from what the run has left, and from nothing else.
 */
export async function baseChanges(
  evaluated: readonly ReferenceEvaluation[],
  run: RunContext,
): Promise<readonly BaseChange[]> {
  const perUse = await Promise.all(
    evaluated.map((evaluation) => {
      const { platforms } = run.referenceOf(evaluation.use);
      return Promise.all(platforms.map((platform) => changeOf(evaluation, platform, run)));
    }),
  );
  const joined = new Map<string, BaseChange>();
  for (const change of perUse.flat(2)) {
    if (change === null) continue;
    const { uses, ...rest } = change;
    const key = JSON.stringify(rest);
    joined.set(key, { ...change, uses: [...(joined.get(key)?.uses ?? []), ...uses] });
  }
  return [...joined.values()];
}

/**
 * What changed in the image of one use on one platform, each at the digest that the lock of its branch has for it. Null
 * where it is the same image, where there was none, or where the image is a frontend or only run, since nothing of it
 * ends up in the build. Neither image is opened that fails identity. Gives the reason where one of the two is
 * unavailable.
 */
async function changeOf(
  { use, answers, notContacted }: ReferenceEvaluation,
  platform: Platform,
  run: RunContext,
): Promise<BaseChange | null> {
  const reference = run.referenceOf(use);
  const { base } = reference;
  const image = imageOn(reference, platform);
  if (use.role === 'frontend' || use.role === 'run' || image === null) return null;
  if (base === undefined || base.kind === 'none' || base.use === undefined) return null;
  const on = formatPlatform(platform);
  const pulled = asLocked(image.pullFrom, run.lock ?? null, on);
  const replaced = base.use.reference === null ? null : asLocked(base.use.reference, run.change?.baseLock ?? null, on);
  if (replaced !== null && formatReference(replaced) === formatReference(pulled)) return null;

  const after = formatReference(pulled);
  const before = replaced === null ? base.use.written : formatReference(replaced);
  const reported = { uses: [use.id], platform: on };
  const notKnown = (reason: string): BaseChange => {
    const nothing: NotKnown = { status: 'not-known', reason };
    const images = { before: { reference: before }, after: { reference: after } };
    return { ...reported, ...images, packages: nothing, vulnerabilities: nothing };
  };
  if (notContacted !== undefined) return notKnown(notContacted);
  const own = answers.filter((answer) => answer.platform === undefined || answer.platform === reported.platform);
  const isLocked = pulled.digest !== image.pullFrom.digest;
  const failed = failedIdentity(own, use, run) ?? (isLocked ? await barring(use, pulled, platform, run) : null);
  if (failed !== null) return notKnown(notOpened(after, failed));
  if (base.kind === 'unknown') return notKnown(`${shortReference(before)} was not checked because ${base.reason}.`);

  const barred = await barring(base.use, replaced, platform, run);
  if (barred !== null) return notKnown(notOpened(before, barred));
  const collected = await run.evidence.collected(image);
  const wanted = COMPARED.filter((kind) => collected[kind] !== undefined);
  const now = isLocked ? await run.evidence.collect(withDigest(image, pulled), wanted) : collected;
  const subject = replaced === null ? base.subject : withDigest(base.subject, replaced);
  const then = await run.evidence.collect({ ...subject, platform }, wanted);
  if (isSameImage(then, now)) return null;
  return {
    ...reported,
    before: imageOf(before, then),
    after: imageOf(after, now),
    ...compareImages({ name: shortReference(before), evidence: then }, { name: shortReference(after), evidence: now }),
  };
}

/** A reference with the digest that a lock gives it. */
function asLocked(reference: Reference, lock: Lock | null, platform: string): Reference {
  return { ...reference, ...optionalField('digest', lockedDigest(lock, reference, platform)) };
}

/** The rule for which the image of a use is not opened at this digest. */
function barring(
  use: ImageUse,
  reference: Reference | null,
  platform: Platform,
  run: RunContext,
): Promise<string | null> {
  return baseBarredBy(reference?.digest === use.reference?.digest ? use : { ...use, reference }, platform, run);
}

function withDigest<S extends Pick<ImageSubject, 'reference' | 'pullFrom'>>(subject: S, { digest }: Reference): S {
  const pinned = (reference: Reference): Reference => ({ ...reference, ...optionalField('digest', digest) });
  return { ...subject, reference: pinned(subject.reference), pullFrom: pinned(subject.pullFrom) };
}

function notOpened(reference: string, failed: string): string {
  return `${shortReference(reference)} was not opened because it fails ${failed}.`;
}

/** A tag that is now pinned to the digest it pointed to, or an index that was rebuilt around the same image. */
function isSameImage({ image: before }: CollectedEvidence, { image: after }: CollectedEvidence): boolean {
  return (
    before?.status === 'present' &&
    after?.status === 'present' &&
    before.value.manifestDigest === after.value.manifestDigest
  );
}

function imageOf(reference: string, { image }: CollectedEvidence): ComparedImage {
  return { reference, ...(image?.status === 'present' ? { digest: image.value.digest } : {}) };
}
