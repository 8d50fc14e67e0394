import { optionalField } from '../lib/collections.js';
import type { Explanation } from '../lib/failure.js';
import type { Platform } from '../references/platform.js';

/** Why evidence that may exist is unavailable; each cause appears in the report. */
export const UNAVAILABLE_CAUSES = [
  'offline',
  'network',
  'timeout',
  'tls',
  'unauthorized',
  'forbidden',
  'rate-limited',
  'server-error',
  'not-found',
  'malformed',
  'limit',
  'refused-address',
  'unlisted-host',
  'stale',
  'trust-root',
  'not-collected',
] as const;
export type UnavailableCause = (typeof UNAVAILABLE_CAUSES)[number];

/** One place that was queried, and its answer: distinguishes "unsigned" from "lookup failed". */
export interface LookedIn {
  readonly place: string;
  readonly answer: string;
}

/**
 * What was learnt of one thing. `absent` only where every place answered and none had it;
 * anything else that is not `present` is `unavailable` (try again, or give access) or `unsupported` (trying again can't help).
 */
export type Evidence<T> =
  | { readonly status: 'present'; readonly value: T; readonly from: string; readonly lookedIn?: readonly LookedIn[] }
  | { readonly status: 'absent'; readonly lookedIn: readonly LookedIn[] }
  | ({
      readonly status: 'unavailable';
      readonly cause: UnavailableCause;
      /** The named limit that was passed, where the cause is one. */
      readonly limit?: string;
      /** The platforms that an image has instead of the one that was looked for. */
      readonly platforms?: readonly Platform[];
      readonly lookedIn?: readonly LookedIn[];
    } & Explanation)
  | {
      readonly status: 'unsupported';
      readonly form: string;
      readonly message: string;
      readonly lookedIn?: readonly LookedIn[];
    };

/** Evidence that is there; `from` names the place it was found in, or several. */
export function present<T>(value: T, from: string, lookedIn?: readonly LookedIn[]): Evidence<T> {
  return { status: 'present', value, from, ...optionalField('lookedIn', lookedIn) };
}
