/** A number or a text passes a limit; the caller that knows the location turns it into a {@link BakeProblem}. */
export class TooMuch extends Error {
  readonly limit: string;

  constructor(message: string, limit: string) {
    super(message);
    this.name = 'TooMuch';
    this.limit = limit;
  }
}
