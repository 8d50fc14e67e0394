/**
 * Why something could not be done, as every module says it to the next: by a word that code can decide on, and for
 * people what happened and where, and what to do about it.
 */
export interface Failure<Code extends string = string> {
  readonly code: Code;
  /** One sentence, or a clause where the type that extends this says so. */
  readonly message: string;
  /** One sentence, or lines to copy. */
  readonly fix: string;
}

/** What a failure says to people, where its kind is named in another way or decides nothing. */
export type Explanation = Pick<Failure, 'message' | 'fix'>;
