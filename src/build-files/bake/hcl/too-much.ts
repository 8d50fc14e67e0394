/** A number or a text passes a limit; whoever knows the place makes a {@link BakeProblem} of it. */
export class TooMuch extends Error {
  readonly limit: string;

  constructor(message: string, limit: string) {
    super(message);
    this.name = 'TooMuch';
    this.limit = limit;
  }
}
