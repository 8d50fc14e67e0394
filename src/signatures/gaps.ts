import type { Evidence } from '../evidence/evidence.js';
import { optionalField } from '../lib/collections.js';
import type { Authority } from '../policy/policy.js';
import type { SignatureError } from './signature-error.js';
import type { Incomplete, RejectedSignature, UsedRoot } from './verified.js';

/** What stands between "not found" and "not there": places that did not answer, a root that may be outdated, keys out of reach. */

/** The first thing that keeps a search from being complete, or nothing. */
export function incompleteness(
  failures: readonly Incomplete[],
  rejected: readonly RejectedSignature[],
): Incomplete | undefined {
  return failures[0] ?? rejected.find(({ incomplete }) => incomplete !== undefined)?.incomplete;
}

/** A named trusted root that can't be read: another must not stand in for it. */
export function rootUnavailable<T>(error: SignatureError): Evidence<T> {
  return {
    status: 'unavailable',
    cause: 'trust-root',
    message: `No signature can be evaluated because ${error.reason}.`,
    fix: 'Provide a valid Sigstore trusted root (JSON) through `trusted-root` in the policy or --trusted-root.',
  };
}

/** The distinct roots that signatures were evaluated by, as reports name them. */
export function distinctRoots(roots: readonly UsedRoot[]): readonly UsedRoot[] {
  const used = roots.map(({ name, note, snapshot }) => ({
    name,
    ...optionalField('note', note),
    ...optionalField('snapshot', snapshot),
  }));
  return [...new Map(used.map((root) => [root.name, root])).values()];
}

/** Keys that only a key management service holds, by name. */
export function kmsKeys(authorities: readonly Authority[]): readonly string[] {
  return authorities.flatMap((authority) =>
    authority.kind === 'kms' ? [`key management service key ${authority.uri}`] : [],
  );
}
