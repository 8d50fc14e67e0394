import type { AllowEntry } from '../policy/policy.js';
import type { Publisher } from './publisher.js';

/**
 * What an image of a known publisher is verified by where the policy says nothing: the catalog's own authorities. It
 * allows nothing; null where the catalog can't tell who signs (or for whom).
 */
export function entryOfPublisher(publisher: Publisher | null): AllowEntry | null {
  if (publisher === null || publisher.parameters.length > 0 || publisher.authorities.length === 0) return null;
  return {
    name: `the catalog's ${publisher.id}`,
    pattern: publisher.images.join(' '),
    publisher: publisher.id,
    require: 1,
    authorities: publisher.authorities,
    signed: true,
    unsignedAttestations: 'deny',
    noPackages: 'deny',
    wolfi: publisher.wolfi,
  };
}
