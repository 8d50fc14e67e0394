import type { ImageProvenance } from '../attestations/provenance/provenance.js';
import { describeProvenance } from '../attestations/provenance/provenance.js';
import type { ImageSbom } from '../attestations/sbom/image-sbom.js';
import type { Timestamps } from '../attestations/timestamps/timestamps.js';
import type { Evidence } from '../evidence/evidence.js';
import type { CollectedEvidence, EvidenceKind, EvidenceKinds } from '../evidence/kinds.js';
import { describeMissing, EVIDENCE_NAMES } from '../evidence/words.js';
import { groupBy, optionalField } from '../lib/collections.js';
import { plural } from '../lib/text.js';
import type { Report } from '../reports/report.js';
import type { Answer } from '../rules/answer.js';
import { describeSigner, signedBy } from '../signatures/signer.js';
import type { ImageSignatures } from '../signatures/verified.js';

/**
 * What was learnt of one thing. `not-seen`: every place that was queried answered, and nothing counts. `not-known`: it
 * could not be evaluated, or can't be evaluated. `not-evaluated`: no rule of the policy needed it.
 */
export interface Reported {
  readonly status: 'seen' | 'not-seen' | 'not-known' | 'not-evaluated';
  /** Clauses, at least one. */
  readonly values: readonly string[];
}

/** What is known of an image on one platform. */
export interface PlatformFacts {
  readonly platform: string;
  readonly manifest: string;
  /** Who signed, when, and where that is logged. */
  readonly signatures: Reported;
  /** The timestamp that its age is measured by. */
  readonly timestamp: Reported;
  readonly sbom: Reported;
  readonly provenance: Reported;
}

/** What is known of an image that evidence names: who vouches for it, and by which timestamp. */
export interface ImageFacts {
  readonly reference: string;
  readonly digest: string;
  readonly publisher?: string;
  readonly platforms: readonly PlatformFacts[];
}

/** The facts of every image that was opened, platform by platform. */
export function imageFactsOf(report: Report): readonly ImageFacts[] {
  const ofImage = groupBy(report.answers, ({ image }) => image);
  const opened = report.images.flatMap((image) => {
    const { resolved } = image;
    return resolved === undefined ? [] : [{ image, ...resolved }];
  });
  const sameImage = groupBy(opened, ({ image, digest }) => JSON.stringify([image.reference, digest]));
  return [...sameImage.values()].map((platforms) => {
    const [{ image, digest }] = platforms;
    return {
      reference: image.reference,
      digest,
      ...optionalField('publisher', image.publisher),
      platforms: platforms.map(({ image: { id, platform, evidence }, manifest }) => ({
        platform,
        manifest,
        // Under its own name: other rules may apply to the same bytes under another name.
        ...factsOf(evidence, (rule) => whyNotQueried(ofImage.get(id) ?? [], rule)),
      })),
    };
  });
}

function factsOf(
  collected: CollectedEvidence,
  whyNot: (rule: string) => string | undefined,
): Omit<PlatformFacts, 'platform' | 'manifest'> {
  const unsigned = whyNot('signature-verified');
  return {
    // An entry that lets images through unsigned requires no signature, no matter what else was evaluated.
    signatures: unsigned === undefined ? reported(collected, 'signatures', signersOf) : notQueried(unsigned),
    timestamp: reported(collected, 'timestamps', timestampOf),
    sbom: reported(collected, 'sbom', sbomOf),
    provenance: reported(collected, 'provenance', provenanceOf),
  };
}

/** The policy's own words, where a rule applied to no use of the image. */
function whyNotQueried(answers: readonly Answer[], rule: string): string | undefined {
  const about = answers.filter((answer) => answer.rule === rule);
  return about.every(({ outcome }) => outcome === 'not-applicable') ? about[0]?.message : undefined;
}

function reported<K extends EvidenceKind>(
  collected: CollectedEvidence,
  kind: K,
  describe: (value: EvidenceKinds[K]) => Reported,
): Reported {
  const evidence: Evidence<EvidenceKinds[K]> | undefined = collected[kind];
  if (evidence === undefined) return notQueried('no rule of the policy needed it');
  if (evidence.status === 'present') return describe(evidence.value);
  const status = evidence.status === 'absent' ? 'not-seen' : 'not-known';
  return { status, values: [describeMissing(evidence, EVIDENCE_NAMES[kind]).message] };
}

function notQueried(why: string): Reported {
  return { status: 'not-evaluated', values: [why] };
}

function signersOf({ verified, rejected, unsupported }: ImageSignatures): Reported {
  const values = verified.map(({ signer, signedAt, timeFrom, logged, digest }) => {
    const when = signedAt === undefined ? '' : `, ${signedAt} by the ${timeFrom ?? 'signature'}`;
    const where = logged.map(({ log, index }) => `, entry ${index} of ${log}`).join('');
    return `${describeSigner(signer)} over ${digest}${when}${where}`;
  });
  if (values.length > 0) return { status: 'seen', values: [...new Set(values)].sort() };
  const others = rejected.length + unsupported.length;
  return {
    status: 'not-seen',
    values: [
      `no authority that is trusted for it${others === 0 ? '' : ` (${plural(others, 'signature')} did not count)`}`,
    ],
  };
}

function timestampOf({ chosen }: Timestamps): Reported {
  if (chosen === null) return { status: 'not-seen', values: ['no timestamp shows its age'] };
  return { status: 'seen', values: [`${chosen.at}, ${chosen.name}${chosen.verified ? '' : ' (not verified)'}`] };
}

function sbomOf({ chosen: { predicateType, signer } }: ImageSbom): Reported {
  return { status: 'seen', values: [`${predicateType}, ${signedBy(signer)}`] };
}

function provenanceOf({ all }: ImageProvenance): Reported {
  if (all.length === 0) return { status: 'not-seen', values: ['none that could be read'] };
  return { status: 'seen', values: [...new Set(all.map(describeProvenance))].sort() };
}
