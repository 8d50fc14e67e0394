import type { Catalog, Publisher } from '../catalog/publisher.js';
import type { AllowEntry, Policy, Profile } from './policy.js';

/** Every publisher of hardened images whose signatures can be verified with the catalog alone: `catalog: verified`. */
export function verifiedPublishers(catalog: Catalog): readonly Publisher[] {
  return catalog.publishers.filter(
    ({ hardened, verifiable, parameters }) => hardened && verifiable && parameters.length === 0,
  );
}

/**
 * The profiles hardened and strict need an allowlist to mean anything: where the policy has none, it is
 * `catalog: verified`. The others go without, and the report says so.
 */
export function withDefaultAllowlist(policy: Policy, catalog: Catalog): Policy {
  const profiles: readonly Profile[] = ['hardened', 'strict'];
  if (policy.allow.length > 0 || !profiles.includes(policy.profile)) return policy;
  const allow = verifiedPublishers(catalog).flatMap(({ id, images, authorities, wolfi }) =>
    images.map(
      (pattern): AllowEntry => ({
        name: `the default list of profile ${policy.profile} (catalog: verified)`,
        pattern,
        publisher: id,
        require: 1,
        authorities,
        signed: true,
        unsignedAttestations: 'deny',
        noPackages: 'deny',
        wolfi,
      }),
    ),
  );
  return { ...policy, allow };
}
