import { jsonText } from '../lib/escape/json.js';
import type { ComplianceEvidence } from './evidence.js';

/** Names the shape of the document; a change that breaks readers changes the number. */
const EVIDENCE_SCHEMA = 'base-image-gate/evidence/v1';

/** The evidence as `evidence --format json` prints it. The same bytes for the same evidence. */
export function evidenceJson(evidence: ComplianceEvidence): string {
  const { requirements, ...rest } = evidence;
  return jsonText(
    {
      schema: EVIDENCE_SCHEMA,
      ...rest,
      requirements: requirements.map(({ requirement, source, rules, observed, notObserved }) => ({
        id: requirement.id,
        set: requirement.set,
        title: requirement.title,
        source: source.url,
        rules,
        observed,
        notObserved,
      })),
    },
    2,
  );
}
