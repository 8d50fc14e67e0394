import type { Type } from './value.js';

/** A place in a file: 1-based, columns in UTF-16 units. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Ends the reading of a bake definition, or of one of its targets: buildx would refuse it here, too, or a limit is passed. */
export class BakeProblem extends Error {
  readonly at: Position;
  /** Set where a limit of our own was passed: no `try()` recovers from it. */
  readonly limit: string | undefined;
  /** The type of the expression that failed, where HCL knows it all the same: it counts in `? :` and `&&`. */
  type: Type | undefined;

  constructor(at: Position, message: string, limit?: string) {
    super(limit === undefined ? message : `${message} (limit ${limit}).`);
    this.name = 'BakeProblem';
    this.at = at;
    this.limit = limit;
  }
}
