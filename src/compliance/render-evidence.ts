import type { ComplianceEvidence } from './evidence.js';

export const EVIDENCE_FORMATS = ['markdown', 'json', 'oscal'] as const;
export type EvidenceFormat = (typeof EVIDENCE_FORMATS)[number];

/** Writes evidence in the requested format, loading no other. */
export async function renderEvidence(evidence: ComplianceEvidence, format: EvidenceFormat): Promise<string> {
  switch (format) {
    case 'markdown':
      return (await import('./evidence-markdown.js')).evidenceMarkdown(evidence);
    case 'json':
      return (await import('./evidence-json.js')).evidenceJson(evidence);
    case 'oscal':
      return (await import('./evidence-oscal.js')).evidenceOscal(evidence);
  }
}
