import { afterAll, expect, test } from '@jest/globals';
import { evaluatedPaths } from '../../../src/github/event/evaluated-paths.js';
import { readInputs } from '../../../src/github/event/inputs.js';
import { cloneObjects } from '../../../src/github/repository/clone-objects.js';
import { makeCommitTree } from '../../../src/github/repository/commit-tree.js';
import { changedPaths } from '../../../src/github/repository/commits.js';
import { type GitContent, GitRepository } from '../../support/github/git-repository.js';

const repository = new GitRepository();
afterAll(() => repository.remove());

const BEFORE = {
  'a/Dockerfile': { link: '../shared/base.txt' },
  'b/Dockerfile': 'FROM b\n',
  'shared/base.txt': 'FROM good\n',
};

async function evaluated(after: Readonly<Record<string, GitContent>>, inputs: Readonly<Record<string, string>>) {
  const trees = [BEFORE, { ...BEFORE, ...after }].map((files) => {
    const commit = repository.commit('main', files);
    return makeCommitTree(cloneObjects(repository.directory, commit), commit);
  });
  const [base, head] = trees;
  if (base === undefined || head === undefined) throw new Error('two commits are made');
  const changed = await changedPaths(base, head);
  const given = readInputs((name) => ({ token: 'x', ...inputs })[name] ?? '');
  if (!changed.ok || !given.ok) throw new Error('the change or the inputs could not be read');
  const plan = {
    evaluated: head,
    base,
    changedFiles: changed.value,
    policy: { tree: base, name: 'main' },
    against: null,
    notices: [],
    isProtected: false,
  };
  const paths = await evaluatedPaths(given.value, plan);
  if (!paths.ok) throw new Error(paths.error.message);
  return paths.value;
}

test('with changed-files-only, a build file that is a link is evaluated, since the change may be in what it leads to', async () => {
  const after = { 'shared/base.txt': 'FROM evil\n' };
  expect(await evaluated(after, { 'changed-files-only': 'true' })).toEqual(['shared/base.txt', 'a/Dockerfile']);
  expect(await evaluated(after, { 'changed-files-only': 'true', paths: '*/Dockerfile' })).toEqual(['a/Dockerfile']);
  expect(await evaluated(after, { paths: 'b/**' })).toEqual(['b/Dockerfile']);
  expect(await evaluated(after, {})).toBeNull();
});

test.each([
  ['attributes, which change what is checked out', '.gitattributes'],
  ['attributes of a directory', 'b/.gitattributes'],
  ['a Compose file, which may newly name a build file', 'deploy/compose.yaml'],
  ['a workflow', '.github/workflows/ci.yml'],
  ['a bake file', 'docker-bake.hcl'],
  ['a script', 'build.sh'],
  ['values that a Compose file is read with', '.env'],
  ['values of a Compose file by another name', 'deploy/prod.env'],
  ['a Compose file in JSON', 'compose.json'],
  ['a bake file by a name of its own', 'ci/images.json'],
])('with changed-files-only, everything is evaluated where the change is one of %s', async (_what, path) => {
  expect(await evaluated({ [path]: 'x' }, { 'changed-files-only': 'true' })).toBeNull();
});

test('with changed-files-only, a change of anything else leaves the files that it changes, and links', async () => {
  const after = { 'src/app.ts': 'x', 'package-lock.json': '{}', 'b/Dockerfile': 'FROM c\n' };
  expect(await evaluated(after, { 'changed-files-only': 'true' })).toEqual([
    'b/Dockerfile',
    'package-lock.json',
    'src/app.ts',
    'a/Dockerfile',
  ]);
});
