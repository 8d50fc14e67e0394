import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { git, makeDirectory, makeRepository } from '../support/process/scratch-repository.js';

async function paths(directory: string, allFiles = false): Promise<readonly string[]> {
  const entries = await openWorkingTree(directory, { allFiles }).entries();
  return entries.ok ? entries.value.map(({ path }) => path).sort() : [entries.error.code];
}

async function readText(directory: string, path: string, maxBytes = 1_000): Promise<string> {
  const content = await openWorkingTree(directory, { allFiles: true }).read(path, maxBytes);
  return content.ok ? Buffer.from(content.value).toString() : content.error.code;
}

describe('what belongs to a working tree', () => {
  test('in a checkout, what git tracks', async () => {
    const directory = makeRepository({ Dockerfile: 'FROM a', 'b/ä ö\n.txt': '' });
    writeFileSync(join(directory, 'untracked'), '');
    expect(await paths(directory)).toEqual(['Dockerfile', 'b/ä ö\n.txt']);
    expect(await paths(directory, true)).toEqual(['Dockerfile', 'b/ä ö\n.txt', 'untracked']);
  });

  test('below the top of a checkout, what git tracks there', async () => {
    const directory = makeRepository({ Dockerfile: '', 'a/Dockerfile': '', 'a/b/c': '' });
    expect(await paths(join(directory, 'a'))).toEqual(['Dockerfile', 'b/c']);
  });

  test('outside a checkout, everything but .git and node_modules', async () => {
    const directory = makeDirectory({
      Dockerfile: '',
      'node_modules/x/Dockerfile': '',
      'a/.git/Dockerfile': '',
      'a/b': '',
    });
    expect(await paths(directory)).toEqual(['Dockerfile', 'a/b']);
  });

  test('links and submodules are distinguished', async () => {
    const directory = makeRepository({ real: '' }, { link: 'real' });
    const module = git(directory, 'hash-object', '-t', 'commit', '--literally', '--stdin', '-w').trim();
    git(directory, 'update-index', '--add', '--cacheinfo', `160000,${module},module`);
    const entries = await openWorkingTree(directory, { allFiles: false }).entries();
    expect(entries.ok ? entries.value.map(({ path, kind }) => `${path} ${kind}`).sort() : []).toEqual([
      'link link',
      'module submodule',
      'real file',
    ]);
  });

  test.each([
    ['Dockerfile.\ufffd', 'one that has the replacement for them in its name'],
    ['Dockerfile.\xfe', 'another of that kind'],
  ])('a name with bytes that are not UTF-8 is not hidden by %j, %s', async (name) => {
    const directory = makeDirectory({});
    const file = (bytes: Buffer) => Buffer.concat([Buffer.from(`${directory}/`), bytes]);
    writeFileSync(file(Buffer.from('Dockerfile.\xff', 'latin1')), 'FROM evil');
    writeFileSync(file(Buffer.from(name, name.includes('\ufffd') ? 'utf8' : 'latin1')), 'FROM a');
    git(directory, 'init', '--quiet');
    git(directory, 'add', '--all');
    for (const allFiles of [false, true]) {
      const entries = await openWorkingTree(directory, { allFiles }).entries();
      expect(entries).toMatchObject({ ok: false, error: { code: 'unreadable', path: 'Dockerfile.\ufffd' } });
    }
  });

  test('a path in conflict is one', async () => {
    const directory = makeRepository({ Dockerfile: 'FROM a' });
    const id = git(directory, 'hash-object', '-w', 'Dockerfile').trim();
    git(directory, 'rm', '--cached', '--quiet', 'Dockerfile');
    const stages = [1, 2, 3].map((stage) => `100644 ${id} ${stage}\tDockerfile\n`).join('');
    execFileSync('git', ['update-index', '--index-info'], { cwd: directory, input: stages });
    expect(await paths(directory)).toEqual(['Dockerfile']);
  });

  test('a directory that is not there is an error', async () => {
    expect(await paths('/nowhere/at/all')).toEqual(['not-found']);
  });

  test('nothing that the repository configures is run', async () => {
    const directory = makeRepository({ Dockerfile: '', 'evil.sh': '#!/bin/sh\ntouch "$(dirname "$0")/ran"\n' });
    chmodSync(join(directory, 'evil.sh'), 0o755);
    git(directory, 'config', 'core.fsmonitor', join(directory, 'evil.sh'));
    git(directory, 'config', 'core.hooksPath', directory);
    expect(await paths(directory)).toEqual(['Dockerfile', 'evil.sh']);
    expect(existsSync(join(directory, 'ran'))).toBe(false);
  });

  test('a program called git within the repository is not taken for git', async () => {
    const directory = makeRepository({ Dockerfile: '', git: '#!/bin/sh\ntouch "$(dirname "$0")/ran"\n' });
    chmodSync(join(directory, 'git'), 0o755);
    const before = process.env['PATH'];
    process.env['PATH'] = `${directory}:.:${before}`;
    try {
      expect(await paths(directory)).toEqual(['Dockerfile', 'git']);
    } finally {
      process.env['PATH'] = before;
    }
    expect(existsSync(join(directory, 'ran'))).toBe(false);
  });
});

describe('what is read from a working tree', () => {
  test('files, and links within it', async () => {
    const directory = makeRepository({ 'a/real': 'text' }, { link: 'a/real' });
    expect(await readText(directory, 'a/real')).toBe('text');
    expect(await readText(directory, 'link')).toBe('text');
  });

  test('nothing outside, by a link, by a linked directory, or by name', async () => {
    const outside = makeDirectory({ secret: 'secret' });
    const directory = makeRepository({ a: '' }, { link: join(outside, 'secret'), directory: outside });
    expect(await readText(directory, 'link')).toBe('outside-repository');
    expect(await readText(directory, 'directory/secret')).toBe('outside-repository');
    expect(await readText(directory, join(relative(directory, outside), 'secret'))).toBe('outside-repository');
  });

  test('no directory, no named pipe, nothing too large, nothing that is gone', async () => {
    const directory = makeRepository({ 'Dockerfile/x': '', gone: '', large: '12345' });
    execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', join(directory, 'pipe')]);
    rmSync(join(directory, 'gone'));
    symlinkSync('circle', join(directory, 'circle'));
    expect(await readText(directory, 'Dockerfile')).toBe('not-a-file');
    expect(await readText(directory, 'pipe')).toBe('not-a-file');
    expect(await readText(directory, 'large', 4)).toBe('too-large');
    expect(await readText(directory, 'large', 5)).toBe('12345');
    expect(await readText(directory, 'gone')).toBe('not-found');
    expect(await readText(directory, 'circle')).toBe('unreadable');
  });
});
