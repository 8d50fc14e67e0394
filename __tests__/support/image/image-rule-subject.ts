import type { Stage } from '../../../src/build-files/stage.js';
import type { CollectedEvidence } from '../../../src/evidence/kinds.js';
import { builtInPolicy } from '../../../src/policy/baseline.js';
import type { AllowEntry } from '../../../src/policy/policy.js';
import type { ImageRule, ImageRuleSubject, ProfileColumn, RuleResult } from '../../../src/rules/rule.js';
import { makeUse } from '../report-maker.js';

export const NOW = new Date('2026-11-21T12:00:00Z');

interface Given {
  readonly stages?: readonly Stage[];
  readonly entry?: AllowEntry;
  readonly platform?: string;
}

/** What a rule over an image sees of evidence that a test collected. */
export function subjectOf(evidence: CollectedEvidence, given: Given = {}): ImageRuleSubject {
  const use = makeUse('registry.test/made:latest');
  if (use.reference === null) throw new Error('the use that was made names no image');
  return {
    use,
    file: { path: use.file, status: 'read' },
    stages: given.stages ?? [],
    reference: use.reference,
    policy: builtInPolicy('strict'),
    entry: given.entry ?? null,
    verifiedBy: given.entry ?? null,
    publisher: null,
    now: NOW,
    waiverOf: () => null,
    platform: { os: given.platform ?? 'linux', architecture: 'amd64' },
    evidence,
  };
}

/** A rule's answers with the options of a profile's column. */
export function evaluateRule<O>(
  rule: ImageRule<O>,
  subject: ImageRuleSubject,
  column: ProfileColumn = 'strict',
  changes: Partial<O> = {},
): readonly RuleResult[] {
  const answers = rule.evaluate(subject, { ...rule.presets[column].options, ...changes });
  return Array.isArray(answers) ? answers : [answers as RuleResult];
}
