/** How much of a bill of materials is read before it is refused by the limit's name. Real ones stay far below. */
export const SBOM_LIMITS = {
  /** Bytes of a document: the largest images' SBOMs with file lists reach 60 MB. */
  'sbom-bytes': 96 * 1024 * 1024,
  /** Objects and lists inside one another; CycloneDX components nest a handful deep. */
  'sbom-depth': 256,
  /** Packages, components, nested ones included. A full desktop distribution has some 4,000. */
  'sbom-packages': 250_000,
  /** Relationships, those of files included. */
  'sbom-relationships': 2_000_000,
} as const;

export type SbomLimit = keyof typeof SBOM_LIMITS;
