import { z } from 'zod';
import { duration } from '../policy/duration.js';
import { stricter } from '../policy/strictness.js';
import { compareFound, openOf } from '../vulnerabilities/matching/compare.js';
import type { KnownVulnerabilities, Vulnerability } from '../vulnerabilities/vulnerabilities.js';
import { shortened } from './image-contents.js';
import { type BaseImage, type ImageRule, type ImageRuleSubject, levels, type RuleResult } from './rule.js';
import { sortAccepted } from './vulnerabilities/accepted.js';
import { distinct, groups, summary } from './vulnerabilities/describe.js';
import { fix } from './vulnerabilities/fix.js';
import { proofGaps } from './vulnerabilities/proof.js';
import { counts, thresholdOptions } from './vulnerabilities/thresholds.js';
import { groupLine } from './vulnerabilities/vulnerability-group.js';
import { needed } from './without-evidence.js';

const options = z.strictObject({
  ...thresholdOptions,
  maxAge: stricter(duration(), 'lower').describe('How old the vulnerability data may be.'),
});
type Options = z.infer<typeof options>;

const EVERY: Options = { severity: 'any', unrated: 'high', fixable: false, grace: '0d', maxAge: '14d' };

export const noNewVulnerabilities: ImageRule<Options> = {
  id: 'no-new-vulnerabilities',
  title: 'The change adds no known vulnerability',
  question: 'Does the image have known vulnerabilities that the image it replaces does not have?',
  why: 'A pull request that changes a base image is responsible only for the vulnerabilities that the new image adds. Both images are checked against the same data at the same time, so a new advisory counts for both or for neither. What the change fixes is shown next to what it adds.',
  fix: [
    '- **It has some that the base branch does not have**: take a digest without them. Where the tag points to another one today,',
    '  that image is evaluated as well, and the finding says whether it has none of these. The details list what the change',
    '  adds and removes, one line per package.',
    '- **There is nothing to compare with**: fix the build file of the base branch, or name its registry in the policy.',
    '- **Not everything in it could be evaluated**: see no-known-vulnerabilities.',
    '',
    'A vulnerability is accepted by a waiver that names this rule and, by any of its names, the vulnerability. The rule is off',
    'until a policy asks for it:',
    '',
    '```yaml',
    'rules:',
    '  no-new-vulnerabilities: { level: error, severity: high }',
    'waivers:',
    '  - rule: no-new-vulnerabilities',
    '    vulnerability: CVE-2026-0001',
    '    reason: "the parser is not reachable: input is ours"',
    '    owner: "@acme/platform"',
    '    expires: 2027-01-31',
    '```',
  ].join('\n'),
  subject: 'image',
  roles: ['final', 'build', 'copy'],
  evidence: ['image', 'packages', 'sbom', 'vulnerabilities'],
  comparesWithBase: true,
  comparesWithNewer: true,
  ages: false,
  options,
  presets: levels({ baseline: 'off', hardened: 'off', 'hardened-build': 'off', strict: 'off' }, EVERY),
  controls: {
    'RA-5': 'What a change of the base image adds in known vulnerabilities is shown.',
    'CM-4': 'The impact of a change of the base image is analyzed before it is merged.',
    'KSI-CMT-VTD': 'A change is compared with what was there before it.',
  },
  securitySeverity: 7,
  evaluate: (subject, chosen) => {
    const known = needed(subject.evidence, 'vulnerabilities');
    if (subject.base === undefined) {
      const reason = 'Nothing is compared: this run evaluates no change against a base branch.';
      return { outcome: 'not-applicable', message: reason, ...accepting(known.ok ? known.value.found : [], subject) };
    }
    if (!known.ok) return known.error;
    const before = foundBefore(subject.base);
    if (!('outcome' in before)) return compare(subject, known.value, before, chosen);
    // An image without vulnerabilities brings none: otherwise an image that can't be read could never be replaced.
    const alone = compare(subject, known.value, NOTHING, chosen);
    return alone.outcome === 'pass' ? { ...alone, message: `${NOTHING_COUNTS}.` } : before;
  },
};

const NOTHING_COUNTS = 'It has no known vulnerability that counts, no matter which the replaced image has';

function compare(subject: ImageRuleSubject, known: KnownVulnerabilities, before: Before, chosen: Options): RuleResult {
  const difference = compareFound(before.found, known.found);
  const { open, lines } = sortAccepted(difference.brought, subject);
  const brought = open.filter((one) => counts(one, chosen, subject.now));
  const { gone } = difference;
  const compared = [
    ...groups(brought).map((group) => `brings: ${groupLine(group)}`),
    ...groups(gone).map((group) => `removes: ${groupLine(group)}`),
    ...lines,
  ];
  const details = compared.length === 0 ? {} : { details: shortened(compared) };
  const removed = distinct(gone).length;
  const { vulnerabilities = [] } = accepting(known.found, subject);
  if (brought.length > 0) {
    return {
      outcome: 'fail',
      message: `It has ${summary(brought)} that ${before.name} does not have${removed === 0 ? '' : `; it is without ${removed} of those`}.`,
      fix: fix(brought, subject, chosen),
      vulnerabilities: [...distinct(brought).map(({ id }) => id), ...vulnerabilities],
      ...details,
    };
  }
  const gap = proofGaps(known, open, chosen.maxAge, subject.now);
  if (gap !== null) return { ...gap, ...details };
  const counting = open.length === 0 && lines.length === 0 ? '' : ' that counts and';
  return {
    outcome: 'pass',
    message: `It has no known vulnerability${counting} that ${before.name} does not have${removed === 0 ? '' : `, and is without ${removed} of those`}.`,
    ...(vulnerabilities.length === 0 ? {} : { vulnerabilities }),
    ...details,
  };
}

/** What waivers accept in the image, brought by the change or not: once merged, their waivers are no unused ones. */
function accepting(found: readonly Vulnerability[], subject: ImageRuleSubject): Pick<RuleResult, 'vulnerabilities'> {
  const { acceptedIds } = sortAccepted(found, subject);
  return acceptedIds.length === 0 ? {} : { vulnerabilities: acceptedIds };
}

interface Before {
  readonly name: string;
  /** What counts there: what VEX silences there and not here is new. */
  readonly found: readonly Vulnerability[];
}

const NOTHING: Before = { name: 'the base branch', found: [] };

/** What the image that is replaced has. One that was not understood excuses nothing: it is treated as having none. */
function foundBefore(base: BaseImage): Before | RuleResult {
  if (base.kind === 'none') return { name: 'the base branch', found: [] };
  if (base.kind === 'unknown') {
    return {
      outcome: 'indeterminate',
      message: `There is nothing to compare with, because ${base.reason}.`,
      fix: 'Fix the base branch, or name its registry in the policy.',
    };
  }
  const known = needed(base.evidence, 'vulnerabilities');
  if (!known.ok) return { ...known.error, outcome: 'indeterminate' };
  return { name: base.reference, found: openOf(known.value.found) };
}
