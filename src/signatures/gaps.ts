import type { Evidence } from '../evidence/evidence.js';
import type { Authority } from '../policy/policy.js';
import { isUnknownToRoot, type SignatureError } from './signature-error.js';
import type { TrustedRoot } from './sigstore/trusted-root.js';
import type { Incomplete, RejectedSignature } from './verified.js';

/** What stands between "not found" and "not there": places that did not answer, a root that may be outdated, keys out of reach. */

/** The first thing that keeps a search from being complete, or nothing. */
export function incompleteness(
  failures: readonly Incomplete[],
  rejected: readonly RejectedSignature[],
  root: TrustedRoot | null,
): Incomplete | undefined {
  const [failure] = failures;
  if (failure !== undefined) return failure;
  const open = rejected.find(({ incomplete }) => incomplete !== undefined);
  if (open?.incomplete !== undefined) return open.incomplete;
  const unknown = rejected.find(({ code }) => isUnknownToRoot(code));
  if (unknown === undefined || root?.mayBeOutdated !== true) return undefined;
  return {
    cause: 'trust-root',
    message: `A signature at ${unknown.place} can't be evaluated because ${unknown.reason}.`,
    fix: 'Run the gate where tuf-repo-cdn.sigstore.dev can be reached, or name a newer trusted root: `trusted-root` in the policy, or --trusted-root.',
  };
}

/** A named trusted root that can't be read: another must not stand in for it. */
export function rootUnavailable<T>(error: SignatureError): Evidence<T> {
  return {
    status: 'unavailable',
    cause: 'trust-root',
    message: `No signature can be evaluated because ${error.reason}.`,
    fix: 'Put a Sigstore trusted root (JSON) where `trusted-root` in the policy or --trusted-root says.',
  };
}

/** The name of the trusted root that signatures were evaluated by, and what there is to know of it. */
export function rootNotes(root: TrustedRoot | null): {
  readonly trustedRoot?: string;
  readonly notes: readonly string[];
} {
  if (root === null) return { notes: [] };
  return { trustedRoot: root.name, notes: root.note === undefined ? [] : [root.note] };
}

/** Keys that only a key management service holds, by name. */
export function kmsKeys(authorities: readonly Authority[]): readonly string[] {
  return authorities.flatMap((authority) =>
    authority.kind === 'kms' ? [`key management service key ${authority.uri}`] : [],
  );
}
