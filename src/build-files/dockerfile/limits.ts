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

/** All text that variables of one file may expand to, so that no chain of ARGs multiplies. */
export const MAX_EXPANSION_TOTAL = 16 * 1024 * 1024;

/** Steps of one match of a `#`, `%` or `/` pattern: length of the value by length of the pattern. */
export const MAX_PATTERN_STEPS = 4 * 1024 * 1024;

/** Uses and stages of one file together, over all platforms and targets. */
export const MAX_USES = 20_000;

/** A limit of this module was passed; it ends the reading of the file. */
export class LimitPassed extends Error {
  readonly limit: string;
  constructor(limit: string, message: string) {
    super(message);
    this.name = 'LimitPassed';
    this.limit = limit;
  }
}
