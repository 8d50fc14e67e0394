import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MOST_BYTES = 1_400_000;

let archive: Buffer;
let files: readonly string[];
beforeAll(() => {
  // As GitHub makes what `uses:` downloads, with the attributes that are to be committed.
  const options = { cwd: root, maxBuffer: 256 * 1024 * 1024 };
  archive = execFileSync('git', ['archive', '--worktree-attributes', 'HEAD'], options);
  files = execFileSync('tar', ['-t'], { input: archive, encoding: 'utf8' }).trim().split('\n');
});

test.each(['action.yml', 'report/action.yml'])('the archive holds %s and what it runs', (action) => {
  expect(files).toContain(action);
  const { runs } = z
    .object({ runs: z.object({ main: z.string(), pre: z.string().optional(), post: z.string().optional() }) })
    .parse(parse(readFileSync(join(root, action), 'utf8')));
  for (const script of [runs.main, runs.pre, runs.post])
    if (script !== undefined) expect(files).toContain(posix.join(posix.dirname(action), script));
});

test('the archive holds the license and all of dist/', () => {
  const tracked = execFileSync('git', ['ls-tree', '-r', '--name-only', 'HEAD', 'dist'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', ...tracked.trim().split('\n')]));
});

test('the archive has nothing that only work on the repository needs, and is small', () => {
  const top = new Set(files.map((file) => file.split('/')[0]));
  for (const name of ['src', '__tests__', 'docs', 'examples', 'package-lock.json', '.github'])
    expect(top).not.toContain(name);
  expect(gzipSync(archive).length).toBeLessThan(MOST_BYTES);
});
