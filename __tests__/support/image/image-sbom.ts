import type { ImageSbom } from '../../../src/attestations/sbom/image-sbom.js';
import type { Sbom } from '../../../src/attestations/sbom/sbom.js';

/** An SBOM that was attested of an image, and counts. */
export function imageSbomOf(sbom: Sbom): ImageSbom {
  const attested = { sbom, digest: 'sha256:0', on: 'platform', predicateType: '', place: 'the statement' } as const;
  return { chosen: attested, counts: true, all: [attested], problems: [], disagreements: [] };
}
