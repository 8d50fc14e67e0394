import type { Role } from '../build-files/image-use.js';
import type { EquivalentVariant } from '../catalog/equivalents.js';
import { parseReference } from '../images/reference.js';
import { deniedBy, governingEntry, policyReference } from '../policy/govern.js';
import type { AllowEntry, Policy } from '../policy/policy.js';
import { ruleSetting } from '../policy/settings.js';
import { distroless } from '../rules/distroless.js';
import { signatureVerified } from '../rules/signature-verified.js';

/** What can be told of an image before it is opened: whether the policy would refuse it in a role. */
export interface PolicyCheck {
  readonly passes: (image: string, variant: EquivalentVariant) => boolean;
  /** In this role images ship, and the policy wants them without tools: what is run has to be run in another stage. */
  readonly shipsOnly: boolean;
}

export function policyCheck(policy: Policy, role: Role): PolicyCheck {
  const tools = ruleSetting(policy, distroless, role);
  const shipsOnly = role === 'final' && tools.level === 'error';
  const mustBeSigned = ruleSetting(policy, signatureVerified, role).level === 'error';
  const hasRefusedTools = ({ shell, packageManager = 'none' }: EquivalentVariant): boolean =>
    shipsOnly && (packageManager !== 'none' || (shell === true && tools.options['shell'] === 'error'));
  return {
    shipsOnly,
    passes: (image, variant) => {
      const parsed = parseReference(image);
      if (!parsed.ok) return false;
      const reference = policyReference(policy, parsed.value);
      if (deniedBy(policy, reference) !== null) return false;
      const entry = governingEntry(policy, reference);
      if (entry === null) return policy.allow.length === 0 && !hasRefusedTools(variant);
      return !(mustBeSigned && canNotBeVerified(entry)) && !hasRefusedTools(variant);
    },
  };
}

function canNotBeVerified({ signed, authorities }: AllowEntry): boolean {
  return signed && authorities.every(({ kind }) => kind === 'kms');
}
