import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { readSbom } from '../../src/attestations/sbom/read.js';
import { version } from '../../src/lib/version.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
let out: string;
const pack = (directory: string) =>
  spawnSync(process.execPath, ['scripts/pack-release.mjs', '--out', directory], { cwd: root, encoding: 'utf8' });
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'release-'));
  expect(pack(out)).toMatchObject({ status: 0, stderr: '' });
});
afterAll(() => rmSync(out, { recursive: true }));

const archive = () => join(out, `base-image-gate-v${version}.tar.gz`);

test('a release holds the Action, its licenses, its SBOM and its notes', () => {
  expect(readdirSync(out).sort()).toEqual([
    `base-image-gate-v${version}.tar.gz`,
    'licenses.txt',
    'notes.md',
    'sbom.cdx.json',
  ]);
  expect(readFileSync(join(out, 'notes.md'), 'utf8')).toMatch(/^### Added\n\n- /);
});

test('what is packed runs where it is unpacked', () => {
  const directory = mkdtempSync(join(tmpdir(), 'unpacked-'));
  expect(spawnSync('tar', ['-xzf', archive(), '-C', directory]).status).toBe(0);
  expect(readdirSync(directory).sort()).toEqual(['action.yml', 'dist', 'report']);
  const ran = spawnSync(process.execPath, [join(directory, 'dist/cli.js'), 'rules', 'fresh'], { encoding: 'utf8' });
  expect([ran.status, ran.stdout]).toEqual([0, expect.stringContaining('fresh: ')]);
  rmSync(directory, { recursive: true });
});

test('the same commit gives the same bytes', () => {
  const again = mkdtempSync(join(tmpdir(), 'release-'));
  expect(pack(again).status).toBe(0);
  for (const name of readdirSync(out)) {
    expect(readFileSync(join(again, name)).equals(readFileSync(join(out, name)))).toBe(true);
  }
  rmSync(again, { recursive: true });
});

test('the SBOM bears the time of the commit', () => {
  const bytes = readFileSync(join(out, 'sbom.cdx.json'));
  const { metadata } = z.object({ metadata: z.object({ timestamp: z.string() }) }).parse(JSON.parse(bytes.toString()));
  const committed = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).stdout;
  expect(Date.parse(metadata.timestamp)).toBe(Number(committed) * 1000);
  expect(readSbom(bytes).ok).toBe(true);
});
