/**
 * What a hostile file may cost. Passing a limit makes the file unreadable and names the limit; nothing is left out in
 * silence.
 */

/**
 * BuildKit's own bound on the files its frontend reads.
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerui/readfile.go
 */
export const MAX_DOCKERFILE_BYTES = 16 * 1024 * 1024;

/**
 * The longest line that BuildKit's scanner takes, without its `\n`.
 * @see https://pkg.go.dev/bufio#pkg-constants `MaxScanTokenSize`
 */
export const MAX_LINE_BYTES = 64 * 1024 - 1;

/** How deep `${a:-${b:-…}}` may nest. */
export const MAX_EXPANSION_DEPTH = 200;

/** The longest text one word may expand to. */
export const MAX_EXPANSION_LENGTH = 64 * 1024;

/**
 * All work that variables and triggers of one file may make: characters that words expand to, steps of matching
 * patterns, variables that stages hand down. No chain of ARGs multiplies beyond it.
 */
const MAX_WORK = 16 * 1024 * 1024;

/** Instructions of one file. */
export const MAX_INSTRUCTIONS = 100_000;

/** JSON longer than this is not parsed: the arguments of an instruction, or a file that may name a frontend. */
export const MAX_JSON_LENGTH = 1024 * 1024;

/** Flags of one instruction. */
export const MAX_FLAGS = 10_000;

/** How deep ONBUILD may hold ONBUILD. BuildKit refuses two, but only after it has parsed all. */
export const MAX_TRIGGER_DEPTH = 50;

/** Stages of one file, and images that one build of it names. */
export const MAX_USES = 20_000;

/** Builds of one file: platforms by targets. */
export const MAX_BUILDS = 200;

/** Counts the work that one file makes. */
export class WorkBudget {
  #spent = 0;

  /** Ends the reading of the file when all is spent. */
  spend(amount: number): void {
    this.#spent += amount;
    if (this.#spent > MAX_WORK) throw new LimitPassed('expansion-work', 'its variables and triggers expand too far');
  }
}

/** A limit of this module was passed; it ends the reading of the file. */
export class LimitPassed extends Error {
  readonly limit: string;
  constructor(limit: string, message: string) {
    super(message);
    this.name = 'LimitPassed';
    this.limit = limit;
  }
}
