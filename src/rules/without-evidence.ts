import type { Evidence } from '../evidence/evidence.js';
import type { CollectedEvidence, EvidenceKind, EvidenceKinds } from '../evidence/kinds.js';
import { describeMissing, EVIDENCE_NAMES, type MissingEvidence } from '../evidence/words.js';
import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import type { RuleResult } from './rule.js';

/** A rule's words for missing evidence: its name, and what to do where it is not attested. */
export interface WantedEvidence {
  /** After "no", such as `signed SBOM`. */
  readonly name: string;
  readonly absentFix: string;
  readonly unsupportedFix: string;
}

/** The answer where evidence is not `present`: `absent` and `unsupported` fail, `unavailable` is indeterminate. */
export function withoutEvidence(evidence: MissingEvidence | undefined, wanted: WantedEvidence): RuleResult {
  const { message, fix, details } = describeMissing(evidence, wanted.name);
  const seen = { message, ...(details.length === 0 ? {} : { details }) };
  switch (evidence?.status) {
    case 'absent':
      return { outcome: 'fail', ...seen, fix: wanted.absentFix };
    case 'unsupported':
      return { outcome: 'fail', ...seen, fix: wanted.unsupportedFix };
    default:
      return { outcome: 'indeterminate', ...seen, ...optionalField('fix', fix) };
  }
}

/** The value of evidence that a rule can't answer without, or the answer that follows from its lack. */
export function needed<K extends EvidenceKind>(
  collected: CollectedEvidence,
  kind: K,
): Result<EvidenceKinds[K], RuleResult> {
  const evidence: Evidence<EvidenceKinds[K]> | undefined = collected[kind];
  if (evidence?.status === 'present') return ok(evidence.value);
  return err(
    withoutEvidence(evidence, {
      name: EVIDENCE_NAMES[kind],
      absentFix: `Use an image that has a ${EVIDENCE_NAMES[kind]}.`,
      unsupportedFix: 'Use an image whose layers are plain OCI or Docker layers, or accept it by a waiver.',
    }),
  );
}
