import type { LimitName } from '../limits.js';

/** What is wrong with a document whose bytes arrived as they should; `reason` is a clause that can follow "because". */
export type DocumentFault =
  | { readonly code: 'malformed'; readonly reason: string }
  /** It is more than the limit of this name, which is `set` in this run. */
  | { readonly code: 'limit'; readonly reason: string; readonly name: LimitName; readonly set: number }
  /** It is sound, in a form of this name that we can't evaluate (schema 1, an artifact that is no image). */
  | { readonly code: 'unsupported'; readonly reason: string; readonly name: string };

/** The fault of a document that is not what it should be. */
export function malformed(reason: string): DocumentFault {
  return { code: 'malformed', reason };
}

/** The fault of a document that passes a limit of this run, which the reason then names. */
export function beyondLimit(name: LimitName, set: number, reason: string): DocumentFault {
  return { code: 'limit', reason: `${reason} (limit ${name})`, name, set };
}

/** The fault of a sound document in a form that is not evaluated. */
export function unsupportedForm(name: string, reason: string): DocumentFault {
  return { code: 'unsupported', reason, name };
}
