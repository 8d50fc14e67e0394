import { type Catalog, publisherOf } from '../catalog/catalog.js';
import type { Publisher } from '../catalog/publisher.js';
import { entryOfPublisher } from '../catalog/publisher-entry.js';
import type { ImageSubject } from '../evidence/collector.js';
import type { Reference } from '../references/reference.js';
import { governingEntry, policyReference } from './govern.js';
import type { AllowEntry, Policy } from './policy.js';

/** Who answers for an image that a build file names. */
export interface Governance extends Omit<ImageSubject, 'platform'> {
  /** The allow entry of the policy. */
  readonly entry: AllowEntry | null;
  readonly publisher: Publisher | null;
}

/** Looks up who answers for an image, by the name it is pulled by. */
export function governanceOf(
  pullFrom: Reference,
  { policy, catalog }: { readonly policy: Policy; readonly catalog: Catalog },
): Governance {
  const reference = policyReference(policy, pullFrom);
  const entry = governingEntry(policy, reference);
  const publisher = publisherOf(catalog, reference);
  return { reference, pullFrom, entry, publisher, verifiedBy: entry ?? entryOfPublisher(publisher) };
}
