import { deniedBy, mirroredReference } from '../policy/govern.js';
import { formatReference } from '../references/reference.js';
import { type NoOptions, noOptions, type UseRule } from './rule.js';

export const deniedBase: UseRule<NoOptions> = {
  id: 'denied-base',
  title: 'Image is on the denylist',
  question: 'Is it on the denylist?',
  why: 'A denylist says which images must not be built on whatever else is true of them: abandoned, compromised, or replaced. Deny wins over allow.',
  fix: 'Build on another image; the finding gives the reason that the policy states. A temporary exception is a waiver with owner and expiry:\n\n```yaml\nwaivers:\n  - { rule: denied-base, image: "docker.io/bitnamilegacy/redis", reason: "migration is planned", owner: "@acme/platform", expires: 2027-01-31 }\n```',
  subject: 'use',
  identity: true,
  roles: ['final', 'build', 'copy', 'frontend'],
  options: noOptions,
  presets: {
    baseline: { level: 'error', options: {} },
    hardened: { level: 'error', options: {} },
    'hardened-build': { level: 'error', options: {} },
    strict: { level: 'error', options: {} },
  },
  controls: ['CM-7', 'SR-3'],
  securitySeverity: 8,
  evaluate: ({ policy, reference, use }) => {
    if (reference === null)
      return { outcome: 'not-applicable', message: 'The image is not known; see known-reference.' };
    // Under the name that a mirror gives it, too: whoever denies a host denies what it mirrors.
    const written = use.reference === null ? [reference] : [reference, use.reference];
    const mirrored = written.flatMap((name) => mirroredReference(policy, name) ?? []);
    const names = [...written, ...mirrored];
    const [denied] = names.flatMap((name) => {
      const entry = deniedBy(policy, name);
      return entry === null ? [] : [{ entry, name }];
    });
    if (denied === undefined) return { outcome: 'pass', message: 'No deny entry matches.' };
    const { entry, name } = denied;
    return {
      outcome: 'fail',
      message: `${formatReference(name)} is denied by \`${entry.pattern}\`: ${entry.reason}.`,
      fix: 'Build on another image, or ask the owners of the policy for a waiver.',
    };
  },
};
