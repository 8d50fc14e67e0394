import { loadCatalog } from '../catalog/catalog.js';
import { deniedBy } from '../policy/govern.js';
import { formatReference } from '../references/reference.js';
import { adviceOf } from '../suggestions/advice.js';
import { proposalsFor } from '../suggestions/suggestions.js';
import { levels, type NoOptions, noOptions, type UseRule } from './rule.js';

export const allowedBase: UseRule<NoOptions> = {
  id: 'allowed-base',
  title: 'Image is on the allowlist',
  question: 'Does an allow entry match?',
  why: "The allowlist is the organization's decision about whose images it builds on. Everything else that the gate checks (signatures, contents, age) concerns images that were chosen deliberately.",
  fix: [
    'Build on an image that the allowlist names; where the catalog knows a hardened equivalent, the finding names it.',
    'If the image is one that the organization wants, its owners add an entry to the policy:',
    '',
    '```yaml',
    'allow:',
    '  - catalog: chainguard',
    '  - image: registry.example.com/base/**',
    '    authorities:',
    '      - key: { file: .github/keys/base.pub, log: ignored }',
    '```',
  ].join('\n'),
  subject: 'use',
  identity: true,
  roles: ['final', 'build', 'copy', 'run'],
  options: noOptions,
  presets: levels({ baseline: 'warning', hardened: 'error', 'hardened-build': 'warning', strict: 'error' }, {}),
  runLevels: { baseline: 'note', hardened: 'warning', strict: 'warning' },
  controls: {
    'CM-7': 'Only base images that the organization has allowed are built on.',
    'SR-3': 'Suppliers of base images are chosen deliberately, in a reviewed policy.',
    'KSI-SCR-MIT': 'The allowlist records whose images may be used.',
    'CIS 4.2': 'The allowlist says which base images are trusted.',
    'containers/hardened-images': 'The allowlist can hold the build to publishers of hardened images.',
  },
  securitySeverity: 7,
  evaluate: ({ entry, policy, reference, stages, use, now }) => {
    if (reference === null)
      return { outcome: 'not-applicable', message: 'The image is not known; see known-reference.' };
    if (policy.allow.length === 0) return { outcome: 'not-applicable', message: 'The policy has no allowlist.' };
    const name = formatReference(reference);
    if (entry !== null) {
      return { outcome: 'pass', message: `${name} is allowed by ${entry.name} (\`${entry.pattern}\`).` };
    }
    return {
      outcome: 'fail',
      message: `No entry of the allowlist matches ${name}${use.written === name ? '' : `, which \`${use.written}\` names`}.`,
      ...adviceOf(
        proposalsFor({ use, reference, now }, stages, policy, loadCatalog()),
        deniedBy(policy, reference) !== null,
      ),
    };
  },
};
