import type { CollectedEvidence } from '../evidence/kinds.js';
import type { EvaluatedImage } from '../reports/report.js';
import { rules } from '../rules/index.js';
import { describeSigner } from '../signatures/signer.js';

/**
 * What a rule saw of an image that can change while its digest stays: who signed it, where its tag points, what is
 * attested of it, and what VEX says. An observation is another one when this is other than before.
 */
export function changingFacts(rule: string, image: EvaluatedImage | undefined): unknown {
  const known = rules.find(({ id }) => id === rule);
  if (known?.subject !== 'image' || image?.resolved === undefined) return undefined;
  const { evidence } = image;
  const facts = known.evidence.flatMap((kind): readonly unknown[] => {
    const fact = FACTS[kind]?.(evidence);
    return fact === undefined ? [] : [[kind, fact]];
  });
  return facts.length === 0 ? undefined : facts;
}

/** Everything else in these kinds is decided by the digest, or is a time or a place. */
const FACTS: Readonly<Partial<Record<keyof CollectedEvidence, (evidence: CollectedEvidence) => unknown>>> = {
  signatures: ({ signatures }) =>
    signatures?.status === 'present'
      ? distinct(signatures.value.verified.map(({ signer, digest }) => `${describeSigner(signer)} ${digest}`))
      : undefined,
  tag: ({ tag }) => (tag?.status === 'present' ? [tag.value.currentDigest, tag.value.newerTag] : undefined),
  timestamps: ({ timestamps }) =>
    timestamps?.status === 'present' ? [timestamps.value.chosen?.name, timestamps.value.chosen?.at] : undefined,
  sbom: ({ sbom }) =>
    sbom?.status === 'present'
      ? distinct(sbom.value.all.map(({ predicateType, signer, on }) => [predicateType, signer, on].join(' ')))
      : undefined,
  provenance: ({ provenance }) =>
    provenance?.status === 'present'
      ? distinct(
          provenance.value.all.map(({ provenance: { builder }, level, signer }) =>
            [builder, level.level, signer].join(' '),
          ),
        )
      : undefined,
  vulnerabilities: (evidence) => silencedIn(evidence),
};

/** Vulnerabilities that a verified VEX statement silences, each with a sentence that names the author and the reason. */
export function silencedIn({ vulnerabilities }: CollectedEvidence): readonly Silenced[] {
  if (vulnerabilities?.status !== 'present') return [];
  const silenced = vulnerabilities.value.found.flatMap(({ id, vex }) =>
    vex?.silences === true ? [{ vulnerability: id, reason: vex.reason }] : [],
  );
  const byText = new Map(silenced.map((one) => [`${one.vulnerability} ${one.reason}`, one] as const));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

export interface Silenced {
  readonly vulnerability: string;
  readonly reason: string;
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
