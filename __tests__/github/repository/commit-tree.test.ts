import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { apiObjects } from '../../../src/github/repository/api-objects.js';
import { cloneObjects, cloneParents, hasCommit } from '../../../src/github/repository/clone-objects.js';
import { type CommitTree, type GitObjects, makeCommitTree } from '../../../src/github/repository/commit-tree.js';
import { ok } from '../../../src/lib/result.js';
import type { GitContent } from '../../support/github/git-repository.js';
import { type GitHubServer, startGitHub } from '../../support/github/github-server.js';
import { GitHubState, READ_ONLY_TOKEN } from '../../support/github/github-state.js';
import { testClient } from '../../support/github/github-test-client.js';

const FILES: Readonly<Record<string, GitContent>> = {
  Dockerfile: 'FROM alpine\n',
  'services/api/Dockerfile': 'FROM node\n',
  'services/api/ä "quoted"\tname': 'odd',
  'empty.Dockerfile': '',
  'binary.Dockerfile': Uint8Array.from([0, 255, 128, 10]),
  'linked.Dockerfile': { link: 'services/api/Dockerfile' },
  'services/up.Dockerfile': { link: '../Dockerfile' },
  'by-directory': { link: 'services/api' },
  'to-proc': { link: '/proc/self/environ' },
  'to-secret': { link: '../../.docker/config.json' },
  'services/escape': { link: 'api/../../../etc/passwd' },
  'loop-a': { link: 'loop-b' },
  'loop-b': { link: 'loop-a' },
  dangling: { link: 'nowhere' },
  vendor: { submodule: 'c'.repeat(40) },
};

const state = new GitHubState('acme/shop');
let server: GitHubServer;
let commit = '';

beforeAll(async () => {
  commit = state.git.commit('main', FILES);
  state.tokens.set('read', READ_ONLY_TOKEN);
  server = await startGitHub(state);
});

afterAll(async () => {
  await server.close();
  state.git.remove();
  expect(server.violations).toEqual([]);
});

const sources: readonly (readonly [string, () => GitObjects])[] = [
  ['a clone', () => cloneObjects(state.git.directory, commit)],
  ['the API', () => apiObjects(testClient(server.apiUrl, 'read'), { owner: 'acme', name: 'shop' }, commit)],
];

const text = async (tree: CommitTree, path: string): Promise<string> => {
  const read = await tree.read(path, 1_000);
  return read.ok ? new TextDecoder().decode(read.value) : read.error.code;
};

describe.each(sources)('a commit read through %s', (_name, objects) => {
  const tree = (): CommitTree => makeCommitTree(objects(), commit);

  test('lists files, links and submodules, and no directories', async () => {
    const entries = await tree().entries();
    if (!entries.ok) throw new Error(entries.error.message);
    const kinds = Object.fromEntries(entries.value.map(({ path, kind }) => [path, kind]));
    expect(Object.keys(kinds).sort()).toEqual(Object.keys(FILES).sort());
    expect(kinds).toMatchObject({ Dockerfile: 'file', 'to-proc': 'link', vendor: 'submodule' });
  });

  test('reads files byte for byte', async () => {
    expect(await text(tree(), 'services/api/Dockerfile')).toBe('FROM node\n');
    expect(await text(tree(), 'services/api/ä "quoted"\tname')).toBe('odd');
    expect(await text(tree(), 'empty.Dockerfile')).toBe('');
    expect(await tree().read('binary.Dockerfile', 1_000)).toEqual(ok(Uint8Array.from([0, 255, 128, 10])));
  });

  test('follows links inside the repository, to files and through directories', async () => {
    expect(await text(tree(), 'linked.Dockerfile')).toBe('FROM node\n');
    expect(await text(tree(), 'services/up.Dockerfile')).toBe('FROM alpine\n');
    expect(await text(tree(), 'by-directory/Dockerfile')).toBe('FROM node\n');
    expect(await text(tree(), './services/../Dockerfile')).toBe('FROM alpine\n');
  });

  test.each(['to-proc', 'to-secret', 'services/escape', '../outside', '/etc/passwd', 'by-directory/../../../x'])(
    '%s leads out and is refused',
    async (path) => {
      expect(await text(tree(), path)).toBe('outside-repository');
    },
  );

  test('says what else is wrong', async () => {
    expect(await text(tree(), 'loop-a')).toBe('unreadable');
    expect(await text(tree(), 'dangling')).toBe('not-found');
    expect(await text(tree(), 'services')).toBe('not-a-file');
    expect(await text(tree(), 'vendor')).toBe('not-a-file');
    expect(await tree().read('services/api/Dockerfile', 3)).toMatchObject({ error: { code: 'too-large' } });
  });
});

test('a listing that GitHub cuts short is taken apart until it is whole', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`d${index % 6}/e${index % 3}/Dockerfile.${index}`, `FROM i${index}\n`]),
  );
  const large = state.git.commit('large', files, { parents: [] });
  state.treeLimit = 16;
  const tree = makeCommitTree(
    apiObjects(testClient(server.apiUrl, 'read'), { owner: 'acme', name: 'shop' }, large),
    large,
  );
  const entries = await tree.entries();
  state.treeLimit = 5;
  const flat = makeCommitTree(
    apiObjects(testClient(server.apiUrl, 'read'), { owner: 'acme', name: 'shop' }, large),
    large,
  );
  const tooLarge = await flat.entries();
  state.treeLimit = 100_000;
  expect(entries.ok && entries.value.map(({ path }) => path).sort()).toEqual(Object.keys(files).sort());
  expect(tooLarge).toMatchObject({ ok: false, error: { code: 'too-large' } });
});

test('bytes that are not the object they are said to be are not believed', async () => {
  const honest = cloneObjects(state.git.directory, commit);
  const lying: GitObjects = { ...honest, blob: async () => ok(new TextEncoder().encode('FROM evil\n')) };
  expect(await makeCommitTree(lying, commit).read('Dockerfile', 100)).toMatchObject({ error: { code: 'unreadable' } });
});

test('what two commits share is read once', async () => {
  const next = state.git.commit('next', { ...FILES, Dockerfile: 'FROM debian\n' }, { parents: [commit] });
  let reads = 0;
  const counted = (objects: GitObjects): GitObjects => ({
    ...objects,
    blob: (entry, maxBytes) => {
      reads++;
      return objects.blob(entry, maxBytes);
    },
  });
  const cache = new Map<string, Uint8Array>();
  for (const id of [commit, next]) {
    const tree = makeCommitTree(counted(cloneObjects(state.git.directory, id)), id, cache);
    await tree.read('Dockerfile', 100);
    await tree.read('services/api/Dockerfile', 100);
  }
  expect(reads).toBe(3);
});

test('a clone runs nothing that its configuration names', async () => {
  const marker = `${state.git.directory}/ran`;
  state.git.git('config', 'core.fsmonitor', `touch ${marker}`);
  state.git.git('config', 'core.hooksPath', state.git.directory);
  state.git.git('config', 'core.sshCommand', `touch ${marker}`);
  const tree = makeCommitTree(cloneObjects(state.git.directory, commit), commit);
  expect(await text(tree, 'Dockerfile')).toBe('FROM alpine\n');
  expect(state.git.resolve('HEAD')).not.toBeNull();
  expect(existsSync(marker)).toBe(false);
});

test('a git that lies in the checkout is not the one that is run', async () => {
  const bin = join(state.git.directory, 'bin');
  const elsewhere = `${state.git.directory}-link`;
  const marker = `${state.git.directory}/ran-git`;
  mkdirSync(bin);
  writeFileSync(join(bin, 'git'), `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
  symlinkSync(bin, elsewhere);
  const before = process.env['PATH'];
  process.env['PATH'] = [bin, elsewhere, 'bin', '', before].join(delimiter);
  try {
    const tree = makeCommitTree(cloneObjects(state.git.directory, commit), commit);
    expect(await text(tree, 'Dockerfile')).toBe('FROM alpine\n');
    expect(existsSync(marker)).toBe(false);
  } finally {
    process.env['PATH'] = before;
    rmSync(elsewhere);
  }
});

test('a replacement object does not stand in for the commit', async () => {
  const evil = state.git.commit('evil', { Dockerfile: 'FROM evil\n' }, { parents: [] });
  state.git.git('replace', commit, evil);
  const tree = makeCommitTree(cloneObjects(state.git.directory, commit), commit);
  expect(await text(tree, 'Dockerfile')).toBe('FROM alpine\n');
  state.git.git('replace', '-d', commit);
});

test('a directory that is no clone, or has not the commit, says so', async () => {
  expect(await hasCommit(state.git.directory, commit)).toBe(true);
  expect(await hasCommit(state.git.directory, 'f'.repeat(40))).toBe(false);
  expect(await hasCommit('/nonexistent', commit)).toBe(false);
  expect(await cloneParents('/nonexistent', commit)).toBeNull();
  const merge = state.git.commit('merge', FILES, { parents: [commit, state.git.tip('next') ?? ''] });
  expect(await cloneParents(state.git.directory, merge)).toEqual([commit, state.git.tip('next')]);
});

test('two names that differ only in bytes that are no UTF-8 do not hide one another', async () => {
  const { directory } = state.git;
  const files = ['\\376', '\\377'].map(
    (byte) => `M 100644 inline "svc${byte}/Dockerfile"\ndata 6\nFROM ${byte.slice(-1)}\n`,
  );
  const input = `commit refs/heads/bytes\ncommitter A <a@example.com> 1700000000 +0000\ndata 0\n${files.join('')}`;
  execFileSync('git', ['-C', directory, 'fast-import', '--quiet', '--force'], { input });
  const objects = cloneObjects(directory, state.git.tip('bytes') ?? '');
  const entries = await makeCommitTree(objects, 'bytes').entries();
  expect(entries.ok ? entries.value : entries.error.message).toContain(
    'Two file names are read as svc\ufffd/Dockerfile',
  );
});
