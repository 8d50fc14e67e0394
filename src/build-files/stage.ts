import type { SourceRange } from './image-use.js';

/** An instruction's text after variables, and where it stands. */
export interface StageInstruction extends SourceRange {
  readonly keyword: string;
  /** The arguments as written, without flags, continuation lines joined. */
  readonly text: string;
  /** For USER, ARG, ENV …, and COPY and ADD with variables: the text after them, where they are known without running the build. */
  readonly expanded?: string;
  /**
   * For USER without `expanded`: the variables in its text that the file sets, `null` where it does not tell to what.
   * Those that are missing here are the base image's.
   */
  readonly variables?: Readonly<Record<string, string | null>>;
  /** For USER: the build arguments that decide it. */
  readonly givenBy?: readonly string[];
  /** For USER: the same in other builds of the file, for another platform or with a workflow's arguments, where it differs. */
  readonly otherwise?: readonly ExpandedText[];
  /** `--name=value`, quotes and escapes taken off. */
  readonly flags?: readonly string[];
  /** The elements of the JSON (exec) form. */
  readonly json?: readonly string[];
  /** The bodies of the heredocs it opens. */
  readonly heredocs?: readonly { readonly name: string; readonly body: string }[];
}

/** A text after variables in one build, as far as it is known. */
export type ExpandedText = Pick<StageInstruction, 'expanded' | 'variables'>;

/** What a stage is built on: an image use (by its id), an earlier stage (by index), or nothing. */
export type StageBase =
  | { readonly kind: 'image'; readonly use: string }
  | { readonly kind: 'stage'; readonly index: number }
  | { readonly kind: 'scratch' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** One stage of a build file: what the graph of a report, the effective user and the proposals are made from. */
export interface Stage extends SourceRange {
  readonly file: string;
  readonly index: number;
  readonly name: string | null;
  readonly base: StageBase;
  /** What it is built on in other builds of the file, where that differs. */
  readonly otherBases?: readonly StageBase[];
  /** Whether it is a target, reached from one by FROM, or copied whole into what ships. */
  readonly ships: boolean;
  readonly target: boolean;
  readonly reachable: boolean;
  /** Earlier stages whose files it copies or mounts. */
  readonly copiesFrom: readonly number[];
  /** Image uses it copies or mounts from, by id. */
  readonly usesFrom: readonly string[];
  /** USER, RUN, SHELL, ENTRYPOINT, CMD, ENV, WORKDIR … in order. */
  readonly instructions: readonly StageInstruction[];
}
