import { MAX_DEPTH, MAX_STEPS } from '../limits.js';
import { ConversionError } from './convert.js';
import type { FunctionTable } from './function.js';
import { BakeProblem, type Position } from './problem.js';
import type { Expression } from './syntax.js';
import { TooMuch } from './too-much.js';
import type { Value } from './value.js';

/** Names and functions that an expression may use. */
export interface Scope {
  /** The value of a name; undefined if there is none. */
  readonly lookup: (name: string, at: Position) => Value | undefined;
  /** What `target.NAME.FIELD` and `group.NAME.FIELD` stand for; undefined where the name is no kind of block. */
  readonly blockField: (kind: string, name: string, field: string, at: Position) => Value | undefined;
  readonly functions: FunctionTable;
  readonly budget: Budget;
  /** Conditions that are not evaluated, and how they come out. */
  readonly decided?: ReadonlyMap<Expression, boolean>;
}

/** Counts what one definition makes the evaluator do. */
export class Budget {
  #steps = 0;
  #depth = 0;

  spend(at: Position, steps = 1): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS)
      throw new BakeProblem(at, `The file takes more than ${MAX_STEPS} steps to evaluate`, 'bake-steps');
  }

  /** Functions of the file that call each other nest, too. */
  nested<T>(at: Position, evaluate: () => T): T {
    this.#depth++;
    if (this.#depth > 4 * MAX_DEPTH)
      throw new BakeProblem(at, `The evaluation nests more than ${4 * MAX_DEPTH} deep`, 'bake-depth');
    try {
      return evaluate();
    } finally {
      this.#depth--;
    }
  }
}

/** A scope with more names, which hide those of the outer one. */
export function withNames(scope: Scope, names: ReadonlyMap<string, Value>): Scope {
  return { ...scope, lookup: (name, at) => names.get(name) ?? scope.lookup(name, at) };
}

/** Runs what converts or counts, and gives its failure a place. */
export function located<T>(at: Position, work: () => T, prefix = ''): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConversionError) throw new BakeProblem(at, sentence(`${prefix}${error.message}`));
    if (error instanceof TooMuch) throw new BakeProblem(at, error.message, error.limit);
    throw error;
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** What an evaluation gives, or why it fails; a limit that is passed always ends the reading. */
export function attempt(work: () => Value): Value | BakeProblem {
  try {
    return work();
  } catch (error) {
    if (error instanceof BakeProblem && error.limit === undefined) return error;
    throw error;
  }
}
