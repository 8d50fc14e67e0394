import type { SbomLimit } from './limits.js';

/** Why a document was refused although its format is one that is read. */
export type RefusalCode = 'empty' | 'encoding' | 'malformed' | 'duplicate-key' | 'nested-string' | 'limit';

/** Why there is no inventory: a format that is not read, by its name, or a document that cannot be believed. */
export type SbomError =
  | { readonly status: 'unsupported'; readonly form: string; readonly message: string; readonly remedy: string }
  | {
      readonly status: 'refused';
      readonly code: RefusalCode;
      readonly message: string;
      readonly remedy: string;
      readonly limit?: SbomLimit;
    };

/** The error of a format that is not read; `form` completes "The document is …". */
export function unsupported(form: string): SbomError {
  return {
    status: 'unsupported',
    form,
    message: `The document is ${form}, which is not read`,
    remedy: 'Publish the SBOM as SPDX 2.2 or 2.3 (JSON or tag-value) or as CycloneDX 1.4 to 1.7 (JSON).',
  };
}

/** `reason` completes "The document …". */
export function refused(code: Exclude<RefusalCode, 'limit'>, reason: string): SbomError {
  return {
    status: 'refused',
    code,
    message: `The document ${reason}`,
    remedy: 'Make it again with a current generator such as syft, trivy or apko, and attest it again.',
  };
}

/** `reason` completes "The document …", and says how much is read. */
export function overLimit(limit: SbomLimit, reason: string): SbomError {
  return {
    status: 'refused',
    code: 'limit',
    limit,
    message: `The document ${reason} (limit ${limit})`,
    remedy: 'Attest an SBOM of the image alone, without file lists.',
  };
}
