import {
  chmodSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { writeFileInPlace } from '../../src/fix/write-file.js';

const BEFORE = Buffer.from('FROM a:1\n');
const AFTER = Buffer.from('FROM a:1@sha256:00\n');

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(realpathSync(tmpdir()), 'write-file-'));
  writeFileSync(join(directory, 'Dockerfile'), BEFORE);
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(path = 'Dockerfile', at = directory) {
  return writeFileInPlace(at, { path, before: BEFORE, after: AFTER });
}

const contents = (path = 'Dockerfile') => readFileSync(join(directory, path));

describe('a pinned file', () => {
  test('takes the place of the old one, with its mode, and leaves nothing beside it', async () => {
    chmodSync(join(directory, 'Dockerfile'), 0o751);
    expect(await write()).toEqual({ ok: true, value: null });
    expect(contents()).toEqual(AFTER);
    expect(statSync(join(directory, 'Dockerfile')).mode & 0o7777).toBe(0o751);
    expect(readdirSync(directory)).toEqual(['Dockerfile']);
  });

  test('is another file than before, so that whoever has the old one open reads that to its end', async () => {
    linkSync(join(directory, 'Dockerfile'), join(directory, 'old'));
    expect((await write()).ok).toBe(true);
    expect([contents(), contents('old')]).toEqual([AFTER, BEFORE]);
  });

  test('is written below a directory that is itself reached by a link', async () => {
    const link = `${directory}-link`;
    symlinkSync(directory, link);
    expect((await write('Dockerfile', link)).ok).toBe(true);
    rmSync(link);
    expect(contents()).toEqual(AFTER);
  });

  test('that has been written already is left', async () => {
    writeFileSync(join(directory, 'Dockerfile'), AFTER);
    expect(await write()).toEqual({ ok: true, value: null });
  });
});

describe('nothing is written', () => {
  test('where the file has changed since it was read', async () => {
    writeFileSync(join(directory, 'Dockerfile'), 'FROM b:1\n');
    expect(await write()).toMatchObject({ ok: false, error: expect.stringContaining('has changed since it was read') });
    expect(contents().toString()).toBe('FROM b:1\n');
    expect(readdirSync(directory)).toEqual(['Dockerfile']);
  });

  test('through a symbolic link, unless what it leads to has been written', async () => {
    symlinkSync('Dockerfile', join(directory, 'Dockerfile.link'));
    const refused = await write('Dockerfile.link');
    expect(refused).toMatchObject({ ok: false, error: expect.stringContaining('symbolic link') });
    expect(contents()).toEqual(BEFORE);
    expect((await write()).ok && (await write('Dockerfile.link')).ok).toBe(true);
  });

  test('behind a directory that is a symbolic link', async () => {
    const outside = mkdtempSync(join(realpathSync(tmpdir()), 'outside-'));
    writeFileSync(join(outside, 'Dockerfile'), BEFORE);
    symlinkSync(outside, join(directory, 'services'));
    expect(await write('services/Dockerfile')).toMatchObject({
      ok: false,
      error: expect.stringContaining('symbolic link'),
    });
    expect(readFileSync(join(outside, 'Dockerfile'))).toEqual(BEFORE);
    rmSync(outside, { recursive: true });
  });

  test('where there is no such file', async () => {
    expect(await write('none')).toMatchObject({ ok: false, error: expect.stringContaining('could not be written') });
  });
});
