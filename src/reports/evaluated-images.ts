import type { CollectedEvidence } from '../evidence/kinds.js';
import { formatReference } from '../references/reference.js';
import type { JudgedImage } from './report.js';

interface Judgement {
  readonly publisher?: string;
  readonly evidence: ReadonlyMap<string, CollectedEvidence>;
}

/** The images of a run, one a reference and digest however many uses name it, in the order of their references. */
export function judgedImages(judgements: readonly Judgement[]): readonly JudgedImage[] {
  const images = new Map<string, JudgedImage>();
  for (const { evidence, publisher } of judgements) {
    for (const [platform, collected] of evidence) {
      if (collected.image?.status !== 'present') continue;
      const { reference, digest, manifestDigest, configDigest } = collected.image.value;
      const name = formatReference(reference);
      const key = `${name} ${digest}`;
      const before = images.get(key) ?? { reference: name, digest, platforms: [], evidence: {} };
      if (before.platforms.some((known) => known.platform === platform)) continue;
      images.set(key, {
        ...before,
        ...(publisher === undefined ? {} : { publisher }),
        platforms: [...before.platforms, { platform, manifest: manifestDigest, config: configDigest }],
        evidence: { ...before.evidence, [platform]: collected },
      });
    }
  }
  return [...images.values()].sort((a, b) => (a.reference < b.reference ? -1 : 1));
}
