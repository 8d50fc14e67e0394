import type { ReadingIndex } from '../build-files/reading-index.js';
import type { EvidenceCollection } from '../evidence/collect.js';
import type { CollectedEvidence, EvidenceKind } from '../evidence/kinds.js';
import { formatPlatform, type Platform } from '../references/platform.js';
import { formatReference } from '../references/reference.js';
import type { BaseChange, ComparedImage, NotKnown } from '../reports/image-diff.js';
import { shortReference } from '../reports/image-diff-words.js';
import type { UseInquiry } from '../rules/evaluate.js';
import { compareImages } from './compare-images.js';
import { baseBarredBy, failedIdentity, inquiryOf, type JudgeInput, type UseJudgement } from './evaluate-reference.js';

/** What is compared: of the image that is replaced, no more is collected than of the one that replaces it. */
const COMPARED: readonly EvidenceKind[] = ['image', 'packages', 'sbom', 'vulnerabilities'];

/**
 * What became other in the images that a change replaces; one entry for all uses that change alike. Called when
 * everything is judged, so that what this costs is taken from what the run has left, and from nothing else.
 */
export async function baseChanges(
  judged: readonly UseJudgement[],
  reading: ReadingIndex,
  input: JudgeInput,
  evidence: EvidenceCollection,
): Promise<readonly BaseChange[]> {
  const perUse = await Promise.all(
    judged.map((judgement) => {
      const inquiry = inquiryOf(judgement.use, reading, input);
      return Promise.all(
        inquiry.platforms.map((platform) => changeOf(judgement, inquiry, platform, reading, input, evidence)),
      );
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
 * What became other in the image of one use on one platform, or null where it is the same image, where there was none, or
 * where the image is a frontend, of which nothing ends up in the build. Neither image is opened that fails identity. Says
 * why where one of the two could not be had.
 */
async function changeOf(
  { answers, notContacted }: UseJudgement,
  inquiry: UseInquiry,
  platform: Platform,
  reading: ReadingIndex,
  input: JudgeInput,
  evidence: EvidenceCollection,
): Promise<BaseChange | null> {
  const { subject, pullFrom, base, verifiedBy } = inquiry;
  const { use, reference } = subject;
  if (use.role === 'frontend' || pullFrom === null || reference === null) return null;
  if (base === undefined || base.kind === 'none' || base.use === undefined) return null;
  const replaced = base.use.reference;
  if (replaced !== null && formatReference(replaced) === formatReference(pullFrom)) return null;

  const after = formatReference(pullFrom);
  const before = replaced === null ? base.use.written : formatReference(replaced);
  const told = { uses: [use.id], platform: formatPlatform(platform) };
  const notKnown = (reason: string): BaseChange => {
    const nothing: NotKnown = { status: 'not-known', reason };
    const images = { before: { reference: before }, after: { reference: after } };
    return { ...told, ...images, packages: nothing, vulnerabilities: nothing };
  };
  if (notContacted !== undefined) return notKnown(notContacted);
  const own = answers.filter((answer) => answer.platform === undefined || answer.platform === told.platform);
  const failed = failedIdentity(own, use, input);
  if (failed !== null) return notKnown(notOpened(after, failed));
  if (base.kind === 'unknown') return notKnown(`${shortReference(before)} was not looked at, because ${base.reason}.`);

  const barring = await baseBarredBy(base.use, platform, reading, input, evidence);
  if (barring !== null) return notKnown(notOpened(before, barring));
  const now = await evidence.collected({ reference, pullFrom, entry: verifiedBy, platform });
  const wanted = COMPARED.filter((kind) => now[kind] !== undefined);
  const then = await evidence.collect({ ...base.subject, platform }, wanted);
  if (isSameImage(then, now)) return null;
  return {
    ...told,
    before: imageOf(before, then),
    after: imageOf(after, now),
    ...compareImages({ name: shortReference(before), evidence: then }, { name: shortReference(after), evidence: now }),
  };
}

function notOpened(reference: string, failed: string): string {
  return `${shortReference(reference)} was not opened, because it fails ${failed}.`;
}

/** A tag that is now pinned to what it pointed to, or an index that was made again around the same image. */
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
