/** What is wrong with a document whose bytes arrived as they should: a clause that can follow "because". */
export interface DocumentFault {
  /** `unsupported`: it is sound, in a form that we can't judge (schema 1, an artifact that is no image). */
  readonly code: 'malformed' | 'limit' | 'unsupported';
  readonly reason: string;
  /** The named limit, where code is `limit`; the form's name, where it is `unsupported`. */
  readonly name?: string;
}

export function malformed(reason: string): DocumentFault {
  return { code: 'malformed', reason };
}

export function beyondLimit(name: string, reason: string): DocumentFault {
  return { code: 'limit', reason, name };
}

export function unsupportedForm(name: string, reason: string): DocumentFault {
  return { code: 'unsupported', reason, name };
}

const MAX_SHOWN = 120;

/** A stranger's text as a message may show it: in quotes, escaped, and cut where it is long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}
