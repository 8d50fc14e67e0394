// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readRepository } from '../../src/build-files/read.js';
import type { Reading, ReadingOptions } from '../../src/build-files/reading.js';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { ok } from '../../src/lib/result.js';
import { readablePlatforms } from '../../src/references/platform.js';
import { makeDirectory, makeRepository } from '../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../support/reading-options.js';

async function readDirectory(directory: string, options: Partial<ReadingOptions> = {}): Promise<Reading> {
  const all = { ...READING_OPTIONS, ...options };
  const reading = await readRepository(openWorkingTree(directory, { allFiles: all.allFiles }), all);
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value;
}

const status = (reading: Reading) => reading.files.map(({ path, status: is }) => `${path} ${is}`);
const images = (reading: Reading) => reading.uses.map((use) => (use.unresolved === undefined ? use.expanded : '?'));

describe('which files are read', () => {
  const files = {
    Dockerfile: 'FROM a',
    'Dockerfile.j2': 'FROM {{ x }}',
    'b/x.dockerfile': 'FROM b',
    'testdata/Dockerfile': 'FROM t',
    'other.build': 'FROM o',
  };

  test('by their names; templates are listed as skipped', async () => {
    expect(status(await readDirectory(makeRepository(files)))).toEqual([
      'Dockerfile read',
      'Dockerfile.j2 skipped',
      'b/x.dockerfile read',
      'testdata/Dockerfile read',
    ]);
  });

  test('include adds to them, and exclude takes away', async () => {
    const options = { include: ['**/*.build', 'testdata/**'], exclude: ['**/testdata/**'] };
    expect(status(await readDirectory(makeRepository(files), options))).toEqual([
      'Dockerfile read',
      'Dockerfile.j2 skipped',
      'b/x.dockerfile read',
      'other.build read',
      'testdata/Dockerfile skipped',
    ]);
  });

  test('what include matches is no ignore file', async () => {
    const directory = makeRepository({ Dockerfile: 'FROM a', 'Dockerfile.dockerignore': '*' });
    expect(status(await readDirectory(directory, { include: ['**/Dockerfile*'] }))).toEqual(['Dockerfile read']);
  });

  test('only those that changed, and the others are listed', async () => {
    expect(status(await readDirectory(makeRepository(files), { only: ['b/x.dockerfile'] }))).toEqual([
      'Dockerfile skipped',
      'Dockerfile.j2 skipped',
      'b/x.dockerfile read',
      'testdata/Dockerfile skipped',
    ]);
  });

  test('a repository without any is read, and has none', async () => {
    expect(await readDirectory(makeRepository({ README: '' }))).toEqual({
      files: [],
      uses: [],
      stages: [],
      builds: [],
      unseen: [],
    });
  });

  test('what can not be had is unreadable, and says why', async () => {
    const directory = makeDirectory({ 'Dockerfile/x': '', 'a/Dockerfile': Buffer.from([0xff, 0, 1]) });
    symlinkSync('/etc/passwd', join(directory, 'Dockerfile.out'));
    const { files: found } = await readDirectory(directory);
    expect(found.map(({ path, status: is }) => `${path} ${is}`)).toEqual([
      'Dockerfile.out unreadable',
      'a/Dockerfile unreadable',
    ]);
    expect(found[0]?.reason).toContain('Dockerfile.out leads out of the repository');
    expect(found[1]?.reason).toContain('binary');
  });

  test('more than all build files together may have is reported for each file beyond', async () => {
    const large = new Uint8Array(16 * 1024 * 1024 + 1);
    const entries = Array.from({ length: 40 }, (_, index) => ({ path: `${index}/Dockerfile`, kind: 'file' as const }));
    const tree = { name: 'x', entries: async () => ok(entries), read: async () => ok(large) };
    const reading = await readRepository(tree, READING_OPTIONS);
    const reasons = reading.ok ? reading.value.files.map(({ reason }) => reason ?? '') : [];
    expect(reasons.filter((reason) => reason.includes('limit build-file-bytes'))).toHaveLength(24);
  });

  test('a repository that can not be listed is an error', async () => {
    const reading = await readRepository(openWorkingTree('/nowhere/at/all', { allFiles: true }), READING_OPTIONS);
    expect(reading).toMatchObject({ ok: false, error: { code: 'not-found' } });
  });
});

describe('what a file is built with', () => {
  const file = { Dockerfile: 'ARG BASE=a\nFROM $BASE AS x\nFROM b-$TARGETARCH AS y\n' };

  test('inputs count before what the policy says of the file', async () => {
    const perFile = {
      Dockerfile: { buildArgs: { BASE: 'p' }, targets: ['x'], platforms: readablePlatforms(['linux/arm64']) },
    };
    const policy = await readDirectory(makeRepository(file), { perFile });
    expect(policy.uses.map((use) => [use.expanded, use.role])).toEqual([
      ['p', 'final'],
      ['b-arm64', 'build'],
    ]);
    const inputs = await readDirectory(makeRepository(file), { perFile, buildArgs: { BASE: 'i' }, target: 'y' });
    expect(inputs.uses.map((use) => [use.expanded, use.role])).toEqual([
      ['i', 'build'],
      ['b-arm64', 'final'],
    ]);
  });
});

describe('what workflows build', () => {
  const workflow = (steps: string) => ({ '.github/workflows/x.yml': `jobs: {a: {steps: [${steps}]}}` });

  test('a file of another name is read', async () => {
    const directory = makeRepository({ 'app.build': 'FROM a', ...workflow('{run: docker build -f app.build .}') });
    expect(status(await readDirectory(directory))).toEqual(['app.build read']);
  });

  test('a file that is not there is listed', async () => {
    const directory = makeRepository(workflow('{run: docker build -f gen/Dockerfile .}'));
    expect(status(await readDirectory(directory))).toEqual(['gen/Dockerfile skipped']);
  });

  test.each(['dockerfile', 'Containerfile'])('a %s where there is no Dockerfile', async (name) => {
    const files = { [`x/${name}`]: 'ARG V\nFROM a:$V\n', ...workflow('{run: podman build --build-arg V=1 x}') };
    const reading = await readDirectory(makeRepository(files));
    expect([status(reading), images(reading)]).toEqual([[`x/${name} read`], ['a:1']]);
  });

  test('its arguments make known what the file leaves open', async () => {
    const files = { Dockerfile: 'ARG V\nFROM a:$V\n', ...workflow('{run: docker build --build-arg V=1 .}') };
    const reading = await readDirectory(makeRepository(files));
    expect(images(reading)).toEqual(['a:1']);
    expect(reading.stages[0]?.base).toEqual({ kind: 'image', use: reading.uses[0]?.id });
  });

  test('more builds of a file than are read make it unreadable', async () => {
    const build = (platform: string) =>
      `{uses: docker/build-push-action@v6, with: {file: Dockerfile, platforms: "${platform}"}}`;
    const platforms = Array.from({ length: 2000 }, (_, index) => `linux/a${index}`).join(',');
    const reading = await readDirectory(
      makeRepository({ Dockerfile: 'FROM a-$TARGETARCH', ...workflow(build(platforms)) }),
    );
    expect(reading.files).toMatchObject([{ path: 'Dockerfile', status: 'unreadable' }]);
    expect(reading.files[0]?.reason).toContain('limit builds');
  });

  test('its arguments hide nothing of what the file says itself', async () => {
    const run = '{run: "docker build --build-arg V=good --build-context b=./x --target one ."}';
    const files = { Dockerfile: 'ARG V=evil\nFROM $V AS one\nFROM b\n', ...workflow(run) };
    const reading = await readDirectory(makeRepository(files));
    expect(images(reading)).toEqual(['evil', 'good', 'b']);
    expect(reading.uses.map((use) => use.role)).toEqual(['build', 'final', 'final']);
    expect(reading.stages.map(({ ships }) => ships)).toEqual([true, true]);
  });
});
