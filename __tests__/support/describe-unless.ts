import { describe, test } from '@jest/globals';

/**
 * `describe`, unless something is missing: then one skipped test stands for the suite and says what is missing.
 * Jest runs the callback of a skipped `describe` too, so `body` is not passed to Jest at all in that case and may rely
 * on what it needs.
 *
 * @param missing What is missing and how to get it, or null.
 */
export function describeUnless(missing: string | null, name: string, body: () => void): void {
  if (missing === null) describe(name, body);
  else test.skip(`${name} (skipped: ${missing})`, () => undefined);
}
