import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SourceText } from '../../../src/build-files/dockerfile/source-text.js';
import { readablePlatforms } from '../../../src/references/platform.js';
import { readAnswers } from '../../support/image/buildkit-answers.js';
import { mutatedDockerfiles } from '../../support/image/dockerfile-mutations.js';
import { read } from '../../support/image/read-dockerfile.js';
import { textOfRange } from '../../support/source-range.js';

const CASES = readAnswers(fileURLToPath(new URL('./buildkit-cases.jsonl', import.meta.url)));
const dockerfiles = mutatedDockerfiles(CASES.map(({ content }) => content));

/** The same files in every run; the peer test looks at others. */
const SEED = 1;

describe('whatever a Dockerfile says', () => {
  test('every range cuts out what was written, and ids are unique', () => {
    fc.assert(
      fc.property(dockerfiles, (bytes) => {
        const source = new SourceText(bytes);
        const { uses, stages } = read(bytes, { platforms: readablePlatforms(['linux/amd64', 'linux/arm64']) });
        const shown = source.slice(0, source.text.length);
        for (const use of uses) expect(textOfRange(shown, use)).toBe(use.written);
        expect(new Set(uses.map((use) => use.id)).size).toBe(uses.length);
        const ids = new Set(uses.map((use) => use.id));
        for (const { base, usesFrom } of stages) {
          if (base.kind === 'image') expect(ids).toContain(base.use);
          for (const id of usesFrom) expect(ids).toContain(id);
        }
      }),
      { numRuns: 2_000, seed: SEED },
    );
  });

  test('a use has a reference, or the reason why it has none', () => {
    fc.assert(
      fc.property(dockerfiles, (bytes) => {
        for (const use of read(bytes).uses) expect(use.reference === null).toBe(use.unresolved !== undefined);
      }),
      { numRuns: 1_000, seed: SEED },
    );
  });

  test('any bytes are read or refused with a line and a reason', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { file } = read(bytes);
        if (file.status === 'unreadable') expect(file.reason).not.toBe('');
        if (file.status === 'unreadable') expect(file.line).toBeGreaterThan(0);
      }),
      { numRuns: 1_000, seed: SEED },
    );
  });

  test('a target never makes an image vanish, only unreachable', () => {
    fc.assert(
      fc.property(dockerfiles, fc.constantFrom('s1', 's2', 'gone'), (bytes, target) => {
        const places = (targets: readonly string[]) =>
          read(bytes, { targets }).uses.map((use) => `${use.line}:${use.column} ${use.expanded}`);
        expect(new Set(places([target]))).toEqual(new Set(places([])));
      }),
      { numRuns: 500, seed: SEED },
    );
  });
});
