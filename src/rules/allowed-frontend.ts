import { z } from 'zod';
import { stricter } from '../policy/strictness.js';
import { matches, parsePattern } from '../references/pattern.js';
import { formatReference, type Reference } from '../references/reference.js';
import { levels, type RuleResult, type UseRule } from './rule.js';

const options = z.strictObject({
  allow: stricter(z.array(z.string()), 'fewer').describe(
    'Patterns of the frontends that may be used, besides what the allowlist names.',
  ),
  pinned: stricter(z.boolean(), 'true').describe('Whether the frontend must be pinned by digest.'),
});
type Options = z.infer<typeof options>;

const DEFAULTS: Options = { allow: ['docker.io/docker/dockerfile'], pinned: true };

/** `# syntax=` names an image that is run with the whole build context before anything else is read. */
export const allowedFrontend: UseRule<Options> = {
  id: 'allowed-frontend',
  title: 'Dockerfile frontend is allowed and pinned',
  question: 'Is the frontend in `# syntax=` allowed and pinned?',
  why: 'The frontend is a program that reads the Dockerfile and decides what is built. One that is not docker/dockerfile may give every line below it another meaning, so nothing else that the gate says about the file can be relied on.',
  fix: [
    "Leave the `# syntax=` line out (BuildKit has a frontend built in), or pin Docker's own:",
    '',
    '```dockerfile',
    '# syntax=docker/dockerfile:1@sha256:…',
    '```',
  ].join('\n'),
  subject: 'use',
  // A frontend that is allowed and not pinned is who it says it is.
  identity: { aspects: ['allowed'] },
  roles: ['frontend'],
  options,
  presets: levels({ baseline: 'warning', hardened: 'error', 'hardened-build': 'error', strict: 'error' }, DEFAULTS),
  controls: {
    'CM-7': 'The program that reads the build file is one that the organization has allowed.',
    'SR-3': "The frontend is a supplier's program, and is chosen deliberately.",
    'SR-4': 'A pinned frontend is the one that was evaluated.',
    'KSI-SCR-MIT': 'A frontend is third-party code that runs in the build.',
  },
  securitySeverity: 7,
  evaluate: ({ entry, reference }, { allow, pinned }) => {
    if (reference === null)
      return { outcome: 'not-applicable', message: 'The frontend is not known; see known-reference.' };
    const name = formatReference(reference);
    const allowed = entry !== null || allow.some((pattern) => matchesText(pattern, reference));
    const results: RuleResult[] = [
      allowed
        ? { aspect: 'allowed', outcome: 'pass', message: `The frontend ${name} is allowed.` }
        : {
            aspect: 'allowed',
            outcome: 'fail',
            message: `${name} is not an allowed frontend, and it decides what every line of this file means.`,
            fix: 'Use docker/dockerfile, remove the `# syntax=` line, or ask the owners of the policy to allow the frontend.',
          },
    ];
    if (pinned) {
      results.push(
        reference.digest !== undefined
          ? { aspect: 'pinned', outcome: 'pass', message: 'The frontend is pinned by digest.' }
          : {
              aspect: 'pinned',
              outcome: 'fail',
              message: `${name} is a frontend without a digest, so another program may read this file tomorrow.`,
              fix: 'Leave the `# syntax=` line out, or add the digest: `# syntax=docker/dockerfile:1@sha256:…`.',
            },
      );
    }
    return results;
  },
};

function matchesText(pattern: string, reference: Reference): boolean {
  const parsed = parsePattern(pattern);
  return parsed.ok && matches(parsed.value, reference);
}
