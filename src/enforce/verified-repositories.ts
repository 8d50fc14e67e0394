import { ROLES } from '../build-files/image-use.js';
import { governingEntry, policyReference } from '../policy/govern.js';
import type { AllowEntry } from '../policy/policy.js';
import { type Reference, repositoryName } from '../references/reference.js';
import type { ExportInput } from './export-target.js';
import { compare, type VerifiedReference, verifiedReferences } from './verified-references.js';

/**
 * What a run verified, by the allow entry that governs it. For targets that have no wildcards: what was verified stands for
 * the pattern. References by a mirror's name are left out, since the entry does not have that name.
 */
export function verifiedByEntry({
  report,
  policy,
}: ExportInput): ReadonlyMap<AllowEntry, readonly VerifiedReference[]> {
  const found = new Map<AllowEntry, VerifiedReference[]>();
  for (const verified of verifiedReferences(report, ROLES).verified) {
    const known = policyReference(policy, verified.reference);
    const entry = governingEntry(policy, known);
    if (entry === null || repositoryName(known) !== repositoryName(verified.reference)) continue;
    found.set(entry, [...(found.get(entry) ?? []), verified]);
  }
  return found;
}

/** The names of their repositories, each once. */
export function repositoriesOf(verified: readonly { readonly reference: Reference }[]): readonly string[] {
  return [...new Set(verified.map(({ reference }) => repositoryName(reference)))].sort(compare);
}
