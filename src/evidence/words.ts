import type { Evidence } from './evidence.js';
import type { EvidenceKind } from './kinds.js';

export type MissingEvidence = Exclude<Evidence<unknown>, { readonly status: 'present' }>;

/** The sentence about evidence that is not there. */
export interface MissingWords {
  /** A sentence: what happened. */
  readonly message: string;
  /** A sentence: what to do; absent where that depends on who asks. */
  readonly fix?: string;
  /** Each place and what it answered. */
  readonly details: readonly string[];
}

/** How each kind is called after "no". */
export const EVIDENCE_NAMES: Readonly<Record<EvidenceKind, string>> = {
  image: 'configuration',
  signatures: 'signature',
  statements: 'attestation',
  sbom: 'signed SBOM',
  provenance: 'signed provenance',
  vex: 'VEX statement',
  apko: 'apko configuration',
  timestamps: 'timestamp',
  filesystem: 'file system',
  packages: 'package database',
  ownership: 'list of packaged files',
  vulnerabilities: 'vulnerability data',
  tag: 'record of what its tag points to',
};

/**
 * Says of evidence why it is not there, for every rule, command and report. A rule adds its outcome and, for what is
 * absent or unsupported, its own fix.
 *
 * @param name how it is called after "no", such as `signed SBOM`
 */
export function describeMissing(evidence: MissingEvidence | undefined, name: string): MissingWords {
  if (evidence === undefined) return { message: `No ${name} was collected.`, fix: 'Run the gate again.', details: [] };
  const details = (evidence.lookedIn ?? []).map(({ place, answer }) => `${place}: ${answer}`);
  switch (evidence.status) {
    case 'absent':
      return { message: `The image has no ${name}.`, details };
    case 'unsupported':
      return { message: evidence.message, details };
    case 'unavailable':
      // Where a single place was queried, the message has its answer.
      return { message: evidence.message, fix: evidence.fix, details: details.length > 1 ? details : [] };
  }
}
