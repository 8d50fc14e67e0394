import { type Catalog, publisherOf } from '../catalog/catalog.js';
import type { Publisher } from '../catalog/publisher.js';
import { entryOfPublisher } from '../catalog/publisher-entry.js';
import type { Reference } from '../references/reference.js';
import { governingEntry, policyReference } from './govern.js';
import type { AllowEntry, Policy } from './policy.js';

/** Who answers for an image that a build file names. */
export interface Governance {
  /** As the policy sees it: a mirror's path replaced by the image it mirrors. */
  readonly reference: Reference;
  /** The allow entry of the policy. */
  readonly entry: AllowEntry | null;
  readonly publisher: Publisher | null;
  /** What the image is verified by: the policy's entry, or the catalog's where the policy has none. */
  readonly verifiedBy: AllowEntry | null;
}

/** Looks up who answers for an image, by the name it is pulled by. */
export function governanceOf(
  pullFrom: Reference,
  { policy, catalog }: { readonly policy: Policy; readonly catalog: Catalog },
): Governance {
  const reference = policyReference(policy, pullFrom);
  const entry = governingEntry(policy, reference);
  const publisher = publisherOf(catalog, reference);
  return { reference, entry, publisher, verifiedBy: entry ?? entryOfPublisher(publisher) };
}
