import type { DefinitionProblem } from '../build-definition.js';
import type { NodePlace } from './node.js';

/** Where a problem stands. */
export type ProblemPlace = Pick<NodePlace, 'file' | 'line' | 'column'>;

/** Collects what of a project was not understood, and whether Compose refuses the project. */
export class ProjectProblems {
  readonly #found = new Map<string, DefinitionProblem>();
  #refused = false;

  /** Whether Compose builds nothing of the project. */
  get refused(): boolean {
    return this.#refused;
  }

  get all(): readonly DefinitionProblem[] {
    return [...this.#found.values()];
  }

  /** Compose refuses the whole project for this. */
  refuse(at: ProblemPlace, message: string): void {
    this.#refused = true;
    this.note(at, message);
  }

  /** A part of the project was not read; the others hold. */
  note({ file, line, column }: ProblemPlace, message: string): void {
    this.#found.set(JSON.stringify([file, line, column, message]), { file, line, column, message });
  }
}
