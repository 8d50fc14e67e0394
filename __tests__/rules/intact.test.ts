import { describe, expect, test } from '@jest/globals';
import type { Ownership } from '../../src/packages/ownership.js';
import { intact } from '../../src/rules/intact.js';
import { contentsOf } from '../support/image/contents-of.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';

/** The answer for an image whose packaged files were compared so. */
async function answer(compared: Partial<Ownership>) {
  const { evidence } = await contentsOf({ layers: [] });
  if (evidence.ownership.status !== 'present') throw new Error('it was compared');
  const ownership = { ...evidence.ownership, value: { ...evidence.ownership.value, ...compared } };
  return evaluateRule(intact, subjectOf({ ...evidence, ownership }))[0];
}

const altered = [
  { path: 'usr/bin/a', package: 'one' },
  { path: 'usr/bin/b', package: 'two' },
];

describe('files are as their packages brought them', () => {
  test('where each that has a checksum agrees with it', async () => {
    expect(await answer({ asPackaged: new Set(['a']) })).toMatchObject({
      outcome: 'pass',
      message: expect.stringContaining('(1 file)'),
    });
  });

  test('or not, where one differs, whatever else could not be compared', async () => {
    const compared = { asPackaged: new Set(['a']), notCompared: ['c'] };
    expect(await answer({ ...compared, altered })).toMatchObject({
      outcome: 'fail',
      message: expect.stringMatching(/^2 .*: \/usr\/bin\/a and \/usr\/bin\/b\.$/),
      details: ['/usr/bin/a (one)', '/usr/bin/b (two)'],
    });
    expect(await answer({ ...compared, altered: altered.slice(0, 1) })).toMatchObject({
      outcome: 'fail',
      message: '1 packaged file differs from its package: /usr/bin/a.',
    });
  });

  test('is an indeterminate result where one could not be compared', async () => {
    expect(await answer({ asPackaged: new Set(['a']), notCompared: ['b', 'c'] })).toMatchObject({
      outcome: 'indeterminate',
      message: '2 packaged files could not be compared: /b and /c.',
      details: ['/b', '/c'],
    });
  });

  test('is no question where no database keeps checksums', async () => {
    expect(await answer({})).toMatchObject({ outcome: 'not-applicable' });
  });

  test('is an indeterminate result where a database was not read, and none where it keeps no checksums anyway', async () => {
    const { evidence } = await contentsOf({ layers: [] });
    const { packages } = evidence;
    if (packages.status !== 'present') throw new Error('it was read');
    const path = 'lib/apk/db/installed';
    const asked = (unread: string) => {
      const value = {
        ...packages.value,
        databases: [{ path, format: 'apk', packages: 0 } as const],
        unknowns: [{ path: unread, reason: 'it is truncated' }],
      };
      return evaluateRule(intact, subjectOf({ ...evidence, packages: { ...packages, value } }))[0]?.outcome;
    };
    expect(asked(path)).toBe('indeterminate');
    expect(asked('usr/lib/python3/METADATA')).toBe('not-applicable');
  });

  test.each(['ownership', 'packages'] as const)('is an indeterminate result without its %s', async (kind) => {
    const { evidence } = await contentsOf({ layers: [] });
    const { [kind]: _left, ...seen } = evidence;
    expect(evaluateRule(intact, subjectOf(seen))).toMatchObject([{ outcome: 'indeterminate' }]);
  });

  test('is an indeterminate result where nobody compared', async () => {
    expect(evaluateRule(intact, subjectOf({}))).toMatchObject([{ outcome: 'indeterminate' }]);
  });
});
