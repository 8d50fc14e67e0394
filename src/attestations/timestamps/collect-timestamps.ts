import type { Collector } from '../../evidence/collector.js';
import { present } from '../../evidence/evidence.js';
import { optionalField } from '../../lib/collections.js';
import { isProvenanceType, sbomFamily } from '../../signatures/predicate-types.js';
import type { SignatureFacts } from '../../signatures/signer.js';
import type { Statement } from '../../signatures/statement.js';
import { APKO_PREDICATE_TYPE } from '../provenance/apko.js';
import type { AttestedProvenance } from '../provenance/provenance.js';
import type { AttestedSbom } from '../sbom/image-sbom.js';
import { chooseTimestamp, type Timestamp } from './timestamps.js';

type Candidate = Omit<Timestamp, 'verified'>;

/** Gathers every timestamp of an image: what logs and timestamp authorities vouch for, provenance, configuration, SBOM. */
export const collectTimestamps: Collector<'timestamps'> = async (context) => {
  const [image, signatures, statements, provenance, sbom] = await Promise.all([
    context.get('image'),
    context.get('signatures'),
    context.get('statements'),
    context.get('provenance'),
    context.get('sbom'),
  ]);
  if (image.status !== 'present') return image;
  const signed = signatures.status === 'present' ? signatures.value.verified : [];
  const stated = statements.status === 'present' ? statements.value.verified : [];
  const built = provenance.status === 'present' ? provenance.value.all.flatMap(buildTime) : [];
  const { created } = image.value.configuration;
  const missing = [signatures, statements].find((evidence) => evidence.status === 'unavailable');
  const partial = [signatures, statements].flatMap((evidence) =>
    evidence.status === 'present' && evidence.value.incomplete !== undefined ? [evidence.value.incomplete.message] : [],
  )[0];
  const incomplete = missing?.status === 'unavailable' ? missing.message : partial;
  const timestamps = chooseTimestamp(
    {
      verified: [...[...signed, ...stated.filter(isOfBuild)].flatMap(signingTime), ...built],
      configuration:
        created === undefined
          ? []
          : [{ name: 'date in its configuration', at: created, place: image.value.configDigest }],
      sbom: sbom.status === 'present' ? sbom.value.all.flatMap(sbomTime) : [],
      ...optionalField('incomplete', incomplete),
    },
    context.settings.now,
  );
  return present(timestamps, timestamps.chosen?.name ?? 'no timestamp');
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

function buildTime({ provenance, signer, place }: AttestedProvenance): readonly Candidate[] {
  const at = provenance.finishedOn;
  return signer === undefined || at === undefined ? [] : [{ name: 'end of its build (SLSA provenance)', at, place }];
}

function sbomTime({ sbom, signer, place }: AttestedSbom): readonly Candidate[] {
  const at = sbom.document.created;
  return signer === undefined || at === undefined ? [] : [{ name: 'date in its SBOM', at, place }];
}
