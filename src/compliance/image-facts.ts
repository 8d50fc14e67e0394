import type { JudgedImage, Report } from '../reports/report.js';
import { describeSigner } from '../signatures/signer.js';

/** What is known of an image that evidence names: who vouches for it, and by which clock. */
export interface ImageFacts {
  readonly reference: string;
  readonly digest: string;
  readonly publisher?: string;
  readonly platforms: readonly { readonly platform: string; readonly manifest: string }[];
  /** Sentences: who signed, when, and where that is logged. */
  readonly signers: readonly string[];
  /** The clock that its age was told by. */
  readonly clock?: string;
  readonly sbom?: string;
  readonly provenance?: string;
}

export function imageFactsOf({ images }: Report): readonly ImageFacts[] {
  return images.map((image) => {
    const { reference, digest, publisher, platforms } = image;
    const clock = firstOf(image, ({ clocks }) =>
      clocks?.status === 'present' && clocks.value.chosen !== null
        ? `${clocks.value.chosen.at}, ${clocks.value.chosen.name}${clocks.value.chosen.verified ? '' : ' (not verified)'}`
        : undefined,
    );
    const sbom = firstOf(image, (evidence) => {
      if (evidence.sbom?.status !== 'present') return undefined;
      const { signer, predicateType } = evidence.sbom.value.chosen;
      return `${predicateType}, ${signer === undefined ? 'not signed' : `signed by ${signer}`}`;
    });
    const provenance = firstOf(image, (evidence) => {
      if (evidence.provenance?.status !== 'present') return undefined;
      const [first] = evidence.provenance.value.all;
      if (first === undefined) return undefined;
      const builder = first.provenance.builder ?? 'a builder that is not named';
      const signer = first.signer === undefined ? 'not signed' : `signed by ${first.signer}`;
      return `built by ${builder} (SLSA build level ${first.level.level}), ${signer}`;
    });
    return {
      reference,
      digest,
      ...(publisher === undefined ? {} : { publisher }),
      platforms: platforms.map(({ platform, manifest }) => ({ platform, manifest })),
      signers: signersOf(image),
      ...(clock === undefined ? {} : { clock }),
      ...(sbom === undefined ? {} : { sbom }),
      ...(provenance === undefined ? {} : { provenance }),
    };
  });
}

type Evidence = JudgedImage['evidence'][string];

function firstOf<T>(image: JudgedImage, pick: (evidence: Evidence) => T | undefined): T | undefined {
  return Object.values(image.evidence)
    .map(pick)
    .find((value) => value !== undefined);
}

function signersOf({ evidence }: JudgedImage): readonly string[] {
  const signatures = Object.values(evidence).flatMap((collected) =>
    collected.signatures?.status === 'present' ? collected.signatures.value.verified : [],
  );
  const sentences = signatures.map(({ signer, signedAt, timeFrom, logged, digest }) => {
    const when = signedAt === undefined ? '' : `, ${signedAt} by the ${timeFrom ?? 'signature'}`;
    const where = logged.map(({ log, index }) => `, entry ${index} of ${log}`).join('');
    return `${describeSigner(signer)} over ${digest}${when}${where}`;
  });
  return [...new Set(sentences)];
}
