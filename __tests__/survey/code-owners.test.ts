import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { codeOwners, readCodeOwners } from '../../src/survey/code-owners.js';
import { processorTime } from '../support/process/processor-time.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import '../support/property-seed.js';

const ownersIn = (files: Readonly<Record<string, string>>) =>
  readCodeOwners(openWorkingTree(makeDirectory(files), { allFiles: true }), () => limits++);
let limits = 0;

const unexpected = () => {
  throw new Error('no limit is reached');
};

describe('CODEOWNERS', () => {
  // The examples of GitHub's documentation.
  test.each<readonly [string, string, readonly string[]]>([
    ['* @all', 'a/b/c', ['@all']],
    ['*.js @js', 'src/x.js', ['@js']],
    ['*.js @js', 'src/x.ts', []],
    ['/build/logs/ @doctocat', 'build/logs/a/b', ['@doctocat']],
    ['/build/logs/ @doctocat', 'x/build/logs/a', []],
    ['docs/* docs@example.com', 'docs/getting-started.md', ['docs@example.com']],
    ['docs/* docs@example.com', 'docs/build-app/troubleshooting.md', []],
    ['apps/ @octocat', 'x/apps/y/z', ['@octocat']],
    ['/docs/ @doctocat', 'docs/x/y', ['@doctocat']],
    ['**/logs @octocat', 'deeply/nested/logs', ['@octocat']],
    ['**/logs @octocat', 'logs/x', ['@octocat']],
    ['/apps/ @octocat\n/apps/github', 'apps/github/x', []],
    ['* @a\n* @b', 'x', ['@b']],
    ['* @a # @b', 'x', ['@a']],
    ['*  @a/team  @c', 'x', ['@a/team', '@c']],
    ['/a\\ b/ @a', 'a b/x', ['@a']],
    ['!x @a\n[xy] @b\n\\#x @c', 'x', []],
    ['* <script> @a"b @ok', 'x', ['@ok']],
    ['*** @a\n/ @b', 'x', []],
  ])('%j has for %s the owners %j', (text, path, expected) => {
    expect(codeOwners(text, unexpected)(path)).toEqual(expected);
  });

  test('is the first that is there of those that GitHub looks for', async () => {
    const both = await ownersIn({ CODEOWNERS: '* @root', '.github/CODEOWNERS': '* @first' });
    const docs = await ownersIn({ 'docs/CODEOWNERS': '* @docs' });
    expect([both('x'), docs('x')]).toEqual([['@first'], ['@docs']]);
  });

  test('owns nothing where it is not there or too long', async () => {
    limits = 0;
    expect((await ownersIn({}))('x')).toEqual([]);
    expect(limits).toBe(0);
    expect((await ownersIn({ CODEOWNERS: `* @a\n${'#'.repeat(3 * 1024 * 1024)}` }))('x')).toEqual([]);
    expect(limits).toBe(1);
  });

  test.each([
    [20_000, ['@a'], 0],
    [20_001, [], 1],
  ])('of %i lines has the owners %j, and says so where a limit is reached', (count, expected, times) => {
    let reached = 0;
    expect(codeOwners('* @a\n'.repeat(count - 1), () => reached++)('x')).toEqual(expected);
    expect(reached).toBe(times);
  });

  test('names nothing but owners, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const owner of codeOwners(text, unexpected)('a/b')) expect(owner).toMatch(/^[^\s<>]+$/);
      }),
      { numRuns: 50 },
    );
  });

  test('of many costly lines is compared within a limit', () => {
    let reached = 0;
    const ownersOf = codeOwners('/a/b/*a*z @a\n'.repeat(19_999), () => reached++);
    const used = processorTime();
    for (let index = 0; index < 40; index++) ownersOf(`${'a/b/'.repeat(50)}z/${index}`);
    expect(used()).toBeLessThan(6_000);
    expect(reached).toBeGreaterThan(0);
  });
});
