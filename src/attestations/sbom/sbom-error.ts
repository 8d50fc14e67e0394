import type { Explanation, Failure } from '../../lib/failure.js';
/** How much of an SBOM is read before it is refused by the limit's name. Real ones stay far below. */
export const SBOM_LIMITS = {
  /** Bytes of a document: the largest images' SBOMs with file lists reach 60 MB. */
  'sbom-bytes': 96 * 1024 * 1024,
  /** Bytes of a document in XML, which takes 0.2 s a megabyte at worst. */
  'sbom-xml-bytes': 32 * 1024 * 1024,
  /** Objects and lists inside one another; CycloneDX components nest a handful deep. */
  'sbom-depth': 256,
  /** Packages, components, nested ones included. A full desktop distribution has some 4,000. */
  'sbom-packages': 250_000,
  /** Relationships, those of files included. */
  'sbom-relationships': 2_000_000,
} as const;

type SbomLimit = keyof typeof SBOM_LIMITS;

/** Why a document was refused although its format is one that is read. */
export type RefusalCode = 'empty' | 'encoding' | 'malformed' | 'duplicate-key' | 'nested-string' | 'limit';

/** Why there is no inventory: a format that is not read, by its name, or a document that cannot be believed. */
export type SbomError =
  | ({ readonly status: 'unsupported'; readonly form: string } & Explanation)
  | ({ readonly status: 'refused'; readonly limit?: SbomLimit } & Failure<RefusalCode>);

/** The error of a format that is not read; `form` completes "The document is …". */
export function unsupported(form: string): SbomError {
  return {
    status: 'unsupported',
    form,
    message: `The document is ${form}, which is not supported`,
    fix: 'Publish the SBOM as SPDX 2.2, 2.3 or 3.0 or as CycloneDX 1.2 to 1.7, in JSON.',
  };
}

/** `reason` completes "The document …". */
export function refused(code: Exclude<RefusalCode, 'limit'>, reason: string): SbomError {
  return {
    status: 'refused',
    code,
    message: `The document ${reason}`,
    fix: 'Generate it again with a current tool such as Syft, Trivy or apko, and attest it again.',
  };
}

/** `reason` completes "The document …", and says how much is read. */
export function overLimit(limit: SbomLimit, reason: string): SbomError {
  return {
    status: 'refused',
    code: 'limit',
    limit,
    message: `The document ${reason} (limit ${limit})`,
    fix: 'Attest an SBOM of this image only, without file lists.',
  };
}
