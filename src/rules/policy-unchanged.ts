import { OTHER_POLICY_PATH, POLICY_PATH, policyPath } from '../policy/policy.js';
import { type ChangeRule, levels, type NoOptions, noOptions } from './rule.js';

export const policyUnchanged: ChangeRule<NoOptions> = {
  id: 'policy-unchanged',
  title: 'The change does not edit the policy',
  question: 'Does the pull request edit the policy, its waivers or its keys?',
  why: "The policy that evaluates a change is the base branch's, so editing it here changes nothing for this run; but the reviewer of the change should know that it decides about the next ones.",
  fix: 'Have the owners of the policy review the change (a CODEOWNERS line for `.github/base-image-gate.*` and the key files requests it automatically).',
  subject: 'change',
  roles: ['final', 'build', 'copy', 'frontend'],
  options: noOptions,
  presets: levels({ baseline: 'note', hardened: 'note', 'hardened-build': 'note', strict: 'note' }, {}),
  controls: {
    'CM-3': 'A change to the policy, its waivers or keys is shown to those who review it.',
    'KSI-SVC-ACM': 'The policy is versioned, and a drift from it shows in review.',
  },
  securitySeverity: 3,
  evaluate: ({ changedFiles, policy }) => {
    if (changedFiles === null) return { outcome: 'not-applicable', message: 'Nothing is compared in this run.' };
    const path = policyPath(policy);
    // A file of the other ending may take the place of the one that is read.
    const own = path === POLICY_PATH || path === OTHER_POLICY_PATH ? [POLICY_PATH, OTHER_POLICY_PATH] : [path];
    const governed = new Set([...own, ...policy.dependsOn]);
    const edited = changedFiles.filter((path) => governed.has(path));
    if (edited.length === 0) return { outcome: 'pass', message: 'Policy, waivers and keys are as on the base branch.' };
    return {
      outcome: 'fail',
      message: `This change edits ${edited.map((path) => `\`${path}\``).join(', ')}; this run is evaluated by the policy as it is without the edit.`,
      fix: 'Have the owners of the policy review it.',
      details: edited,
    };
  },
};
