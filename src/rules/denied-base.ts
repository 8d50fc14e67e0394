import { denialOf } from '../policy/govern.js';
import { formatReference } from '../references/reference.js';
import { levels, type NoOptions, noOptions, type UseRule } from './rule.js';

export const deniedBase: UseRule<NoOptions> = {
  id: 'denied-base',
  title: 'Image is on the denylist',
  question: 'Is it on the denylist?',
  why: 'A denylist names images that must not be built on, because they are abandoned, compromised or replaced. Deny wins over allow.',
  fix: 'Build on another image; the finding gives the reason that the policy states. A temporary exception is a waiver with owner and expiry:\n\n```yaml\nwaivers:\n  - { rule: denied-base, image: "docker.io/bitnamilegacy/redis", reason: "migration is planned", owner: "@acme/platform", expires: 2027-01-31 }\n```',
  subject: 'use',
  identity: true,
  roles: ['final', 'build', 'copy', 'frontend', 'run'],
  options: noOptions,
  presets: levels({ baseline: 'error', hardened: 'error', 'hardened-build': 'error', strict: 'error' }, {}),
  runLevels: { baseline: 'error', hardened: 'error', strict: 'error' },
  controls: {
    'CM-7': 'Software that must not be used is listed, and building on it is refused.',
    'SR-3': 'A component with a known supply chain problem is kept out of the build.',
    'KSI-SCR-MIT': 'Images known to be abandoned or compromised are refused.',
    'CIS 4.2': 'A base image that must not be trusted is refused.',
  },
  securitySeverity: 8,
  evaluate: ({ policy, reference, use }) => {
    if (reference === null)
      return { outcome: 'not-applicable', message: 'The image is not known; see known-reference.' };
    const denied = denialOf(policy, use.reference === null ? [reference] : [reference, use.reference]);
    if (denied === null) return { outcome: 'pass', message: 'No deny entry matches.' };
    const { entry, name } = denied;
    return {
      outcome: 'fail',
      message: `${formatReference(name)} is denied by \`${entry.pattern}\`: ${entry.reason}.`,
      fix: 'Build on another image, or ask the owners of the policy for a waiver.',
    };
  },
};
