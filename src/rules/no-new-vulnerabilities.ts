import { z } from 'zod';
import type { Vulnerability } from '../evidence/vulnerabilities/vulnerabilities.js';
import { duration } from '../policy/duration.js';
import { stricter } from '../policy/strictness.js';
import { needed, shortened } from './contents.js';
import type { BaseImage, ImageRule, ImageRuleSubject, RuleResult } from './rule.js';
import { proofGaps } from './vulnerabilities/proof.js';
import { distinct, groupLine, groups, summary } from './vulnerabilities/tell.js';
import { counts, thresholdOptions } from './vulnerabilities/thresholds.js';

const options = z.strictObject({
  ...thresholdOptions,
  maxAge: stricter(duration(), 'lower').describe('How old the data may be that packages are held against.'),
});
type Options = z.infer<typeof options>;

const EVERY: Options = { severity: 'any', fixable: false, grace: '0d', maxAge: '14d' };

export const noNewVulnerabilities: ImageRule<Options> = {
  id: 'no-new-vulnerabilities',
  title: 'The change brings no known vulnerability',
  question: 'Does the image have known vulnerabilities that the image it replaces does not have?',
  why: 'A pull request that changes a base image answers for what that brings, and for nothing else. Both images are held against the same data at the same time, so an advisory of last night is in both or in neither; what the change mends is shown beside what it brings.',
  mend: [
    'Take a digest that does not have them, or accept one of them by a waiver that names it. The rule is off until a policy',
    'asks for it:',
    '',
    '```yaml',
    'rules:',
    '  no-new-vulnerabilities: { level: error, severity: high }',
    '```',
  ].join('\n'),
  subject: 'image',
  roles: ['final', 'build', 'copy'],
  evidence: ['image', 'packages', 'sbom', 'vulnerabilities'],
  comparesWithBase: true,
  ages: false,
  options,
  presets: {
    baseline: { level: 'off', options: EVERY },
    hardened: { level: 'off', options: EVERY },
    'hardened-build': { level: 'off', options: EVERY },
    strict: { level: 'off', options: EVERY },
  },
  controls: ['RA-5', 'CM-4'],
  securitySeverity: 7,
  evaluate: (subject, chosen) => {
    if (subject.base === undefined) {
      return {
        outcome: 'not-applicable',
        reason: 'Nothing is compared: this run judges no change against a base ref.',
      };
    }
    const known = needed(subject.evidence.vulnerabilities, 'What is known of its packages');
    if (!known.ok) return known.error;
    const before = foundBefore(subject.base);
    if ('outcome' in before) return before;
    const now = open(subject, known.value.found).filter((one) => counts(one, chosen, subject.now));
    const brought = now.filter(({ id }) => !before.ids.has(id));
    const gone = before.found.filter(({ id }) => !known.value.found.some((one) => one.id === id));
    const compared = [
      ...groups(brought).map((group) => `brings: ${groupLine(group)}`),
      ...groups(gone).map((group) => `removes: ${groupLine(group)}`),
    ];
    const details = compared.length === 0 ? {} : { details: shortened(compared) };
    if (brought.length > 0) {
      return {
        outcome: 'fail',
        reason: `It has ${summary(brought)} that ${before.name} does not have; it is without ${distinct(gone).length} of those.`,
        fix: 'Take a digest without them, or accept each by a waiver that names it.',
        vulnerabilities: distinct(brought).map(({ id }) => id),
        ...details,
      };
    }
    const rest = known.value.found.filter(({ id }) => !before.ids.has(id));
    const gap = proofGaps(known.value, rest, chosen.maxAge, subject.now);
    if (gap !== null) return { ...gap, ...details };
    const removed = distinct(gone).length;
    return {
      outcome: 'pass',
      reason: `It has no known vulnerability that ${before.name} does not have, and is without ${removed} of those.`,
      ...details,
    };
  },
};

interface Before {
  readonly name: string;
  readonly ids: ReadonlySet<string>;
  readonly found: readonly Vulnerability[];
}

/** What the image that is replaced has. One that was not understood excuses nothing: it is treated as having none. */
function foundBefore(base: BaseImage): Before | RuleResult {
  if (base.kind === 'none') return { name: 'the base ref', ids: new Set(), found: [] };
  if (base.kind === 'unknown') {
    return {
      outcome: 'indeterminate',
      reason: `There is nothing to compare with, because ${base.reason}.`,
      fix: 'Mend the base ref, or name its registry in the policy.',
    };
  }
  const known = needed(base.evidence.vulnerabilities, `What is known of ${base.reference}, which it replaces,`);
  if (!known.ok) return { ...known.error, outcome: 'indeterminate' };
  const { found } = known.value;
  return { name: base.reference, ids: new Set(found.map(({ id }) => id)), found };
}

/** Without those that VEX silences and those that waivers accept. */
function open(subject: ImageRuleSubject, found: readonly Vulnerability[]): readonly Vulnerability[] {
  return found.filter(({ vex, ids }) => vex?.silences !== true && !ids.some((id) => subject.isWaived(id)));
}
