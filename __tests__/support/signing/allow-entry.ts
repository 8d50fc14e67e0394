import type { AllowEntry } from '../../../src/policy/policy.js';

/** An entry of an allowlist as a policy without anything else has it: it takes any image, and asks for one signature. */
export function makeAllowEntry(changes: Partial<AllowEntry> = {}): AllowEntry {
  return {
    name: 'allow[0]',
    pattern: '**',
    require: 1,
    authorities: [],
    signed: true,
    unsignedAttestations: 'deny',
    noPackages: 'deny',
    wolfi: false,
    ...changes,
  };
}
