import { printable } from './source-text.js';

/** Longer reasons quote what is hostile or no Dockerfile. */
const MAX_REASON = 300;

/** A reason fit to be shown: cut where it quotes too much, and without what is no text. */
export function shortReason(reason: string): string {
  return printable(reason.length <= MAX_REASON ? reason : `${reason.slice(0, MAX_REASON)}…`);
}

/** Why BuildKit's parsers would refuse a build file: the 1-based line, and a clause that says what is wrong there. */
export class ReadError {
  readonly line: number;
  readonly reason: string;

  constructor(line: number, reason: string) {
    this.line = line;
    this.reason = shortReason(reason);
  }
}
