/** Why BuildKit's parsers would refuse a build file: the 1-based line, and a clause that says what is wrong there. */
export class ReadError {
  readonly line: number;
  readonly reason: string;

  constructor(line: number, reason: string) {
    this.line = line;
    this.reason = reason;
  }
}
