import { z } from 'zod';
import { LIFECYCLE_DATE } from '../packages/lifecycle/lifecycle-table.js';
import { hasEnded } from '../packages/lifecycle/lifecycles.js';
import { supportOf, untilWhen } from '../packages/lifecycle/support.js';
import { isRolling, type SupportedPart, supportedParts } from '../packages/lifecycle/supported-parts.js';
import { isoDate } from '../policy/fields.js';
import { unreadInventory, withoutLinuxContents } from './image-contents.js';
import { type ImageRule, levels, type RuleResult } from './rule.js';
import { needed } from './without-evidence.js';

const options = z.strictObject({
  lastDays: z
    .record(z.string(), isoDate())
    .describe(
      'Last supported days by product and cycle, such as "debian 12", for paid support and for releases that the table lacks.',
    ),
});
type Options = z.infer<typeof options>;

const NONE: Options = { lastDays: {} };

export const supported: ImageRule<Options> = {
  id: 'supported',
  title: 'Distribution and runtime are still supported',
  question: 'Are its distribution and runtime still supported?',
  why: `After its end of life, a release gets no more fixes and mostly no more advisories, so a scan that finds nothing proves nothing. Dates are those of endoflife.date as of ${LIFECYCLE_DATE}, standard support without extended or paid terms.`,
  fix: [
    'Move to a release that is supported. Where extended support is paid for, say until when:',
    '',
    '```yaml',
    'rules:',
    '  supported:',
    '    last-days: { "debian 12": "2028-06-30" }',
    '```',
  ].join('\n'),
  subject: 'image',
  roles: ['final', 'build', 'copy', 'run'],
  evidence: ['image', 'filesystem', 'packages'],
  ages: true,
  options,
  presets: levels({ baseline: 'warning', hardened: 'error', 'hardened-build': 'warning', strict: 'error' }, NONE),
  controls: {
    'SA-22': 'Distributions and runtimes past their end of support are found.',
    'SI-2': 'What is past its end gets no patches.',
    'KSI-SCR-MON': 'Ends of support are watched for.',
  },
  securitySeverity: 6,
  evaluate: (subject, chosen) => {
    const windows = withoutLinuxContents(subject);
    if (windows !== null) return windows;
    const filesystem = needed(subject.evidence, 'filesystem');
    if (!filesystem.ok) return filesystem.error;
    const packages = needed(subject.evidence, 'packages');
    if (!packages.ok) return packages.error;
    const parts = supportedParts(filesystem.value.tree, packages.value);
    const { distribution, unknowns } = packages.value;
    const unread = unreadInventory(unknowns.filter(({ path }) => path.endsWith('/os-release')));
    if (unread !== null)
      return [{ ...unread, aspect: 'distribution' }, ...parts.map((part) => evaluate(part, chosen, subject.now))];
    if (parts.length === 0) {
      return distribution !== null && isRolling(distribution)
        ? { outcome: 'pass', message: `${distribution.prettyName ?? distribution.id} has no releases that could end.` }
        : { outcome: 'not-applicable', message: 'It has neither an os-release nor a known runtime.' };
    }
    return parts.map((part) => evaluate(part, chosen, subject.now));
  },
};

function evaluate(part: SupportedPart, { lastDays }: Options, now: Date): RuleResult {
  const { role: aspect, where } = part;
  const { reported, key, end, isNew } = supportOf(part, lastDays);
  if (end === undefined) {
    return {
      outcome: 'indeterminate',
      aspect,
      // A release that came after the table was made must not block all users until the next version of the gate.
      ...(isNew ? { atMost: 'warning' as const } : {}),
      message: `The lifecycle data of ${LIFECYCLE_DATE} does not say how long ${reported} is supported (${where}).`,
      fix: `Say so in the policy: supported: { last-days: { ${JSON.stringify(key)}: "YYYY-MM-DD" } }.`,
    };
  }
  if (!hasEnded(end, now)) return { outcome: 'pass', aspect, message: `${reported} is supported ${untilWhen(end)}.` };
  return {
    outcome: 'fail',
    aspect,
    message:
      end.kind === 'date'
        ? `${reported} was supported until ${end.date} (${where}).`
        : `${reported} is no longer supported (${where}).`,
    fix: `Move to a release that is supported; where extended support is paid for, say until when in the policy: supported: { last-days: { ${JSON.stringify(key)}: "YYYY-MM-DD" } }.`,
  };
}
