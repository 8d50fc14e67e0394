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

  /** Compose refuses the whole project for a part that names neither a build nor an image. */
  refuseEmpty(at: ProblemPlace, message: string): void {
    this.#refused = true;
    this.noteEmpty(at, message);
  }

  /** A part of the project that names neither a build nor an image. */
  noteEmpty(at: ProblemPlace, message: string): void {
    this.#add(at, { message, hidesNothing: true });
  }

  /** Nothing of a file could be read; Compose refuses the project for that, too, unless it is a limit of ours. */
  notRead(at: ProblemPlace, message: string): void {
    this.#refused = true;
    this.#add(at, { message, isOfFile: true });
  }

  /** A part of the project was not read; the others hold. */
  note(at: ProblemPlace, message: string): void {
    this.#add(at, { message });
  }

  /** Notes whether a refused project has builds or images: then each problem keeps them from being known. */
  endWithout(anything: boolean): void {
    if (!anything) return;
    for (const [key, { hidesNothing: _, ...problem }] of this.#found) this.#found.set(key, problem);
  }

  #add(
    { file, line, column }: ProblemPlace,
    problem: Pick<DefinitionProblem, 'message' | 'isOfFile' | 'hidesNothing'>,
  ): void {
    this.#found.set(JSON.stringify([file, line, column, problem.message]), { file, line, column, ...problem });
  }
}
