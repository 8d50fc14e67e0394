/** Formats of the SBOM that attestations carry, by the beginning of their signed predicateType. */
const FAMILIES = [
  // https://github.com/in-toto/attestation/blob/main/spec/predicates/spdx.md; `http:` and a version are seen in the wild.
  ['https://spdx.dev/Document', 'SPDX'],
  ['http://spdx.dev/Document', 'SPDX'],
  // https://github.com/in-toto/attestation/blob/main/spec/predicates/cyclonedx.md
  ['https://cyclonedx.org/bom', 'CycloneDX'],
  ['http://cyclonedx.org/bom', 'CycloneDX'],
  // What cosign 1.0 to 1.3 wrote.
  ['https://cyclonedx.org/schema', 'CycloneDX'],
  ['https://syft.dev/bom', 'Syft JSON'],
] as const;

export type SbomFamily = (typeof FAMILIES)[number][1];

/** The family a signed predicateType names, with or without a version behind it; null for other predicates. */
export function sbomFamily(predicateType: string): SbomFamily | null {
  for (const [prefix, family] of FAMILIES) {
    if (predicateType === prefix || predicateType.startsWith(`${prefix}/`)) return family;
  }
  return null;
}

/** The signed predicateType of provenance in any version; other versions than v0.2 and v1 are unsupported, by name. */
export function isProvenanceType(predicateType: string): boolean {
  return (
    /^https:\/\/slsa\.dev\/provenance(?:\/|$)/.test(predicateType) ||
    predicateType === 'https://in-toto.io/Provenance/v0.1'
  );
}

/** OpenVEX by its signed predicateType: `https://openvex.dev/ns` with or without a version. */
export function isOpenVexType(predicateType: string): boolean {
  return predicateType === 'https://openvex.dev/ns' || predicateType.startsWith('https://openvex.dev/ns/');
}
