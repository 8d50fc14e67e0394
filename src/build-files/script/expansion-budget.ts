/** All that variables may stand for in one file. */
const MAX_EXPANDED_LENGTH = 1024 * 1024;
/** Stands for what only a run knows. */
const UNKNOWN = '\0';

/** Bounds what the variables of one file come to: a long value that is named often makes much of little. */
export class ExpansionBudget {
  #left = MAX_EXPANDED_LENGTH;

  /** Whether nothing is left, so that no value need be made. */
  get isSpent(): boolean {
    return this.#left < 0;
  }

  /** The value, or what stands for an unknown one where too much was taken before. */
  take(value: string): string {
    this.#left -= value.length;
    return this.isSpent ? UNKNOWN : value;
  }
}
