import { z } from 'zod';
import type { Collector } from '../../evidence/collector.js';
import { present } from '../../evidence/evidence.js';
import { optionalField } from '../../lib/collections.js';
import { isProvenanceType, sbomFamily } from '../../signatures/predicate-types.js';
import type { SignatureFacts } from '../../signatures/signer.js';
import type { Statement } from '../../signatures/statement.js';
import { APKO_PREDICATE_TYPE } from '../provenance/apko.js';
import { type Clock, chooseTimestamp } from './timestamps.js';

type Candidate = Omit<Clock, 'verified'>;

/** SLSA v1 has `runDetails`, v0.2 and v0.1 `metadata`. @see https://slsa.dev/spec/v1.1/provenance */
const provenance = z.object({
  runDetails: z.object({ metadata: z.object({ finishedOn: z.string().optional() }).optional() }).optional(),
  metadata: z.object({ buildFinishedOn: z.string().optional() }).optional(),
});
/** SPDX has `creationInfo`, CycloneDX `metadata`. */
const sbomOfMaterials = z.object({
  creationInfo: z.object({ created: z.string().optional() }).optional(),
  metadata: z.object({ timestamp: z.string().optional() }).optional(),
});

/** Gathers every clock of an image: what logs and timestamp authorities vouch for, provenance, configuration, SBOM. */
export const collectTimestamps: Collector<'timestamps'> = async (context) => {
  const [image, signatures, statements] = await Promise.all([
    context.get('image'),
    context.get('signatures'),
    context.get('statements'),
  ]);
  if (image.status !== 'present') return image;
  const signed = signatures.status === 'present' ? signatures.value.verified : [];
  const stated = statements.status === 'present' ? statements.value.verified : [];
  const { created } = image.value.configuration;
  const missing = [signatures, statements].find((evidence) => evidence.status === 'unavailable');
  const partial = [signatures, statements].flatMap((evidence) =>
    evidence.status === 'present' && evidence.value.incomplete !== undefined ? [evidence.value.incomplete.message] : [],
  )[0];
  const incomplete = missing?.status === 'unavailable' ? missing.message : partial;
  const timestamps = chooseTimestamp(
    {
      verified: [...[...signed, ...stated.filter(isOfBuild)].flatMap(signingTime), ...stated.flatMap(buildTime)],
      configuration:
        created === undefined
          ? []
          : [{ name: 'date in its configuration', at: created, place: image.value.configDigest }],
      sbom: stated.flatMap(sbomTime),
      ...optionalField('incomplete', incomplete),
    },
    context.settings.now,
  );
  return present(timestamps, timestamps.chosen?.name ?? 'no clock');
};

/**
 * Whether a statement is made when the image is. Scans and VEX are signed anew for years, and say nothing of its age.
 */
function isOfBuild({ predicateType }: Statement): boolean {
  return isProvenanceType(predicateType) || sbomFamily(predicateType) !== null || predicateType === APKO_PREDICATE_TYPE;
}

function signingTime({ signedAt, timeFrom, place }: SignatureFacts & { readonly place: string }): readonly Candidate[] {
  return signedAt === undefined || timeFrom === undefined ? [] : [{ name: timeFrom, at: signedAt, place }];
}

function buildTime({ predicateType, predicate, place }: Statement): readonly Candidate[] {
  if (!predicateType.startsWith('https://slsa.dev/provenance/')) return [];
  const read = provenance.safeParse(predicate);
  const at = read.data?.runDetails?.metadata?.finishedOn ?? read.data?.metadata?.buildFinishedOn;
  return at === undefined ? [] : [{ name: 'end of its build (SLSA provenance)', at, place }];
}

function sbomTime({ predicateType, predicate, place }: Statement): readonly Candidate[] {
  if (!/^https:\/\/(?:spdx\.dev|cyclonedx\.org)\//.test(predicateType)) return [];
  // cosign writes an SPDX predicate as a string of JSON.
  const read = sbomOfMaterials.safeParse(typeof predicate === 'string' ? parseJson(predicate) : predicate);
  const at = read.data?.creationInfo?.created ?? read.data?.metadata?.timestamp;
  return at === undefined ? [] : [{ name: 'date in its SBOM', at, place }];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
