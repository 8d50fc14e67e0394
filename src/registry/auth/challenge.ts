import { HeaderScanner } from '../http/header-scanner.js';

/** One way in which a server asks to be authorized. */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const MAX_LENGTH = 8192;

/**
 * Reads `WWW-Authenticate`: one challenge or several, in one header or joined ones. What follows a mistake is left out.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.www-authenticate
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const scanner = new HeaderScanner(header.slice(0, MAX_LENGTH));
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  scanner.skip(',');
  while (!scanner.done) {
    const name = scanner.token().toLowerCase();
    if (name === '') break;
    scanner.skip();
    const current = challenges.at(-1);
    if (current !== undefined && scanner.take('=')) {
      scanner.skip();
      const value = scanner.value();
      if (value === undefined) break;
      // Of a doubled parameter the first counts: what follows may have been appended by something in between.
      if (!current.parameters.has(name)) current.parameters.set(name, value);
    } else {
      challenges.push({ scheme: name, parameters: new Map() });
    }
    scanner.skip(',');
  }
  return challenges;
}
