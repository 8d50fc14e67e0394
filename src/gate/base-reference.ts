import type { ImageUse } from '../build-files/image-use.js';
import { type Catalogue, isListedHost, publisherOf } from '../catalog/catalog.js';
import { entryOfPublisher } from '../catalog/publisher-entry.js';
import { governingEntry, policyReference } from '../policy/govern.js';
import type { Policy } from '../policy/policy.js';
import type { BaseReference } from '../rules/evaluate.js';
import { baseUseOf, type Change } from './change.js';

/** What the base ref has in the place of a use, for rules that compare the two; undefined where nothing is compared. */
export function baseReference(
  use: ImageUse,
  change: Change | null,
  { policy, catalogue }: { readonly policy: Policy; readonly catalogue: Catalogue },
): BaseReference | undefined {
  if (change === null) return undefined;
  if (change.baseUses === null)
    return { kind: 'unknown', reason: 'the build files of the base branch could not be read' };
  const before = baseUseOf(use, change.baseUses);
  if (before === null) return { kind: 'none' };
  const { reference: pullFrom } = before;
  if (pullFrom === null)
    return { kind: 'unknown', use: before, reason: `what ${before.written} names is not known there` };
  const reference = policyReference(policy, pullFrom);
  const entry = governingEntry(policy, reference);
  if (entry === null && !isListedHost(catalogue, policy, pullFrom)) {
    return {
      kind: 'unknown',
      use: before,
      reason: `neither the policy nor the catalogue names the registry ${pullFrom.registry}`,
    };
  }
  const verifiedBy = entry ?? entryOfPublisher(publisherOf(catalogue, reference));
  return { kind: 'image', use: before, subject: { reference, pullFrom, entry: verifiedBy } };
}
