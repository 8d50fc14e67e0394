import { createRequire } from 'node:module';

// Jest itself depends on its sequencer; ours extends it.
const fromJest = createRequire(createRequire(import.meta.url).resolve('jest'));
const { default: TestSequencer } = fromJest('@jest/test-sequencer');

/** Each takes seconds, and what it would notice is mostly noticed sooner by another. */
const SLOW = /\/(forgeries|tampering|prehashed|advisories)\.test\.ts$/;

/** Jest runs the slowest file first, to end soonest; a mutant's run ends at the first test that fails. */
export default class SlowTestsLast extends TestSequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    return [...sorted.filter(({ path }) => !SLOW.test(path)), ...sorted.filter(({ path }) => SLOW.test(path))];
  }
}
