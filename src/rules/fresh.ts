import { z } from 'zod';
import { plural } from '../lib/text.js';
import { duration, durationMilliseconds } from '../policy/duration.js';
import { stricter } from '../policy/strictness.js';
import type { ImageRule } from './rule.js';
import { needed } from './without-evidence.js';

const options = z.strictObject({
  maxAge: stricter(duration(), 'lower').describe('How old the newest timestamp may be.'),
});
type Options = z.infer<typeof options>;

const DAY = 86_400_000;

export const fresh: ImageRule<Options> = {
  id: 'fresh',
  title: 'Image was built recently',
  question: 'How long ago was this image built or signed, by a timestamp that can be trusted?',
  why: 'An image that is not rebuilt does not get the fixes of its packages. The date an image gives itself proves little: reproducible builds say 1970, and some publishers write the date of the newest package. So the newest of the transparency log, timestamp authorities and signed build records counts, then the configuration, then the SBOM; the timestamp that was used is named.',
  fix: [
    'Pull the newest digest of the tag and pin that; Dependabot and Renovate propose it by themselves:',
    '',
    '```yaml',
    '# .github/dependabot.yml',
    'version: 2',
    'updates:',
    '  - { package-ecosystem: docker, directory: /, schedule: { interval: daily } }',
    '```',
  ].join('\n'),
  subject: 'image',
  roles: ['final', 'build', 'copy', 'run'],
  evidence: ['image', 'signatures', 'statements', 'timestamps'],
  ages: true,
  options,
  presets: {
    baseline: { level: 'note', options: { maxAge: '30d' } },
    hardened: { level: 'warning', options: { maxAge: '30d' } },
    'hardened-build': { level: 'off', options: { maxAge: '30d' } },
    strict: { level: 'error', options: { maxAge: '7d' } },
  },
  controls: {
    'SI-2': "An image that was not rebuilt lately can't have the patches published since.",
    'RA-5': 'A timestamp shows how long ago the image was made, and so how old the result of an earlier scan can be.',
    'CIS 4.4': 'The age of an image shows whether it is rebuilt.',
  },
  securitySeverity: 4,
  evaluate: ({ evidence, now }, { maxAge }) => {
    const timestamps = needed(evidence, 'timestamps');
    if (!timestamps.ok) return timestamps.error;
    const { chosen, refused, incomplete } = timestamps.value;
    const details = [
      ...timestamps.value.timestamps.map(
        ({ name, at, verified }) => `${at} ${name}${verified ? '' : ' (not verified)'}`,
      ),
      ...refused.map(({ name, at, reason }) => `${at} ${name}: not counted, ${reason}`),
    ];
    if (chosen === null) {
      return {
        outcome: 'indeterminate',
        message: `Nothing shows how old it is${refused.length === 0 ? '' : `: ${refused.map(({ name, at }) => `${name} says ${at}`).join(', ')}`}.`,
        fix: incomplete ?? 'Use an image whose signature is in a transparency log, or that has signed provenance.',
        details,
      };
    }
    const age = now.getTime() - Date.parse(chosen.at);
    const reported = `${plural(Math.max(0, Math.floor(age / DAY)), 'day')} old: the ${chosen.name} says ${chosen.at.slice(0, 10)}`;
    if (age <= durationMilliseconds(maxAge)) return { outcome: 'pass', message: `It is ${reported}.`, details };
    if (incomplete !== undefined) {
      return {
        outcome: 'indeterminate',
        message: `It is ${reported}. Newer timestamps could not be read: ${incomplete}`,
        fix: 'Run the gate again.',
        details,
      };
    }
    return {
      outcome: 'fail',
      message: `It is ${reported}. The policy allows ${maxAge} at most.`,
      fix: 'Use the newest digest of the tag, or an image that is rebuilt regularly.',
      details,
    };
  },
};
