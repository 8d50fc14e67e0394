import { describe, expect, test } from '@jest/globals';
import { minimal } from '../../src/rules/minimal.js';
import { contentsOf } from '../support/image/contents-of.js';
import type { ImageOptions } from '../support/image/image-maker.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';
import { apkInstalled } from '../support/image/packaged-files.js';
import { chiselManifest } from '../support/packages/chisel-manifest.js';

/** Two packages of a file each, their database, and two files of nobody's: 5 files of a little more than 2 MB. */
const FILES = [
  ...apkInstalled([
    { name: 'one', version: '1-r0', files: [{ path: 'usr/bin/one', content: Buffer.alloc(1_000_000) }] },
    { name: 'two', version: '1-r0', files: [{ path: 'usr/bin/two', content: Buffer.alloc(1_000_000) }] },
  ]),
  { path: 'srv/a', content: 'a' },
  { path: 'srv/b', content: 'b' },
];
const IMAGE: ImageOptions = { layers: [FILES] };
const FITTING = { maxPackages: 2, maxMegabytes: 3, maxFiles: 5, maxUnownedFiles: 2 };

async function answers(image: ImageOptions, changes: Partial<typeof FITTING> = {}) {
  const { evidence } = await contentsOf(image);
  return evaluateRule(minimal, subjectOf(evidence), 'strict', { ...FITTING, ...changes });
}

describe('an image within its budgets', () => {
  test('passes, to the last package, byte and file', async () => {
    expect(await answers(IMAGE)).toMatchObject([
      { aspect: 'packages', outcome: 'pass', message: 'It has 2 packages; the budget is 2.' },
      { aspect: 'size', outcome: 'pass', message: 'It has 3 MB of files; the budget is 3.' },
      { aspect: 'files', outcome: 'pass', message: 'It has 5 files; the budget is 5.' },
      {
        aspect: 'unowned-files',
        outcome: 'pass',
        message: 'It has 2 files that no package brought; the budget is 2.',
        details: expect.arrayContaining(['/srv/a', '/srv/b']),
      },
    ]);
  });

  test.each([
    ['packages', { maxPackages: 1 }],
    ['size', { maxMegabytes: 2 }],
    ['files', { maxFiles: 4 }],
    ['unowned-files', { maxUnownedFiles: 1 }],
  ])('fails for one too many: %s', async (aspect, changes) => {
    const failed = (await answers(IMAGE, changes)).filter(({ outcome }) => outcome !== 'pass');
    expect(failed).toMatchObject([{ aspect, outcome: 'fail', fix: expect.stringContaining('smaller variant') }]);
  });

  test.each([
    ['pacman', 'var/lib/pacman/local/a-1-1/files', '%FILES%\nsrv/a\n'],
    ['conda', 'srv/conda-meta/a-1-0.json', JSON.stringify({ name: 'a', version: '1', files: ['a'] })],
    ['Portage', 'var/db/pkg/app/a-1/CONTENTS', `obj /srv/a ${'0'.repeat(32)} 1\n`],
    ['chisel', 'var/lib/chisel/manifest.wall', chiselManifest([], ['/srv/a'])],
  ])('counts what packages of %s brought as theirs', async (_, path, content) => {
    const layers = [[...FILES, { path, content }]];
    const unowned = (await answers({ layers })).find(({ aspect }) => aspect === 'unowned-files');
    expect(unowned).toMatchObject({
      message: 'It has 1 file that no package brought; the budget is 2.',
      details: ['/srv/b'],
    });
  });

  test('has no files of nobody’s where no database keeps lists', async () => {
    const [, , files, unowned] = await answers({ layers: [[{ path: 'app', content: 'x' }]] });
    expect(files).toMatchObject({ outcome: 'pass', message: 'It has 1 file; the budget is 5.' });
    expect(unowned).toMatchObject({ aspect: 'unowned-files', outcome: 'not-applicable' });
  });

  test('is an indeterminate result where a database was not read, but for what is too much without it', async () => {
    const { evidence } = await contentsOf(IMAGE);
    const { packages, ownership } = evidence;
    if (packages.status !== 'present' || ownership.status !== 'present') throw new Error('they were read');
    const unknowns = [{ path: 'var/lib/rpm/rpmdb.sqlite', reason: 'it is truncated' }];
    const outcomes = (known: boolean, changes: Partial<typeof FITTING> = {}) => {
      const seen = {
        ...evidence,
        packages: { ...packages, value: { ...packages.value, unknowns } },
        ownership: { ...ownership, value: { ...ownership.value, known } },
      };
      const answers = evaluateRule(minimal, subjectOf(seen), 'strict', { ...FITTING, ...changes });
      return Object.fromEntries(answers.map(({ aspect, outcome }) => [aspect, outcome]));
    };
    expect(outcomes(true)).toMatchObject({ packages: 'indeterminate', 'unowned-files': 'pass' });
    expect(outcomes(true, { maxPackages: 1 })).toMatchObject({ packages: 'fail' });
    expect(outcomes(true, { maxUnownedFiles: 1 })).toMatchObject({ 'unowned-files': 'indeterminate' });
    expect(outcomes(false)).toMatchObject({ 'unowned-files': 'indeterminate' });
  });

  test('counts what a distribution package brings once', async () => {
    const { evidence } = await contentsOf(IMAGE);
    if (evidence.packages.status !== 'present') throw new Error('it was read');
    const [first, second] = evidence.packages.value.packages;
    if (first === undefined || second === undefined) throw new Error('there are two');
    const packages = [first, second, { ...second, name: 'three', partOf: 'two' }];
    const seen = { ...evidence, packages: { ...evidence.packages, value: { ...evidence.packages.value, packages } } };
    expect(evaluateRule(minimal, subjectOf(seen), 'strict', FITTING)[0]).toMatchObject({ outcome: 'pass' });
  });

  test.each(['filesystem', 'packages', 'ownership'] as const)(
    'is an indeterminate result without its %s',
    async (kind) => {
      const { evidence } = await contentsOf(IMAGE);
      const { [kind]: _left, ...seen } = evidence;
      expect(evaluateRule(minimal, subjectOf(seen), 'strict', FITTING)).toMatchObject([{ outcome: 'indeterminate' }]);
    },
  );
});
