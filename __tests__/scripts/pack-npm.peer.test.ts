import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { version } from '../../src/lib/version.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
let directory: string;
const run = (program: string, args: readonly string[], cwd = directory) =>
  execFileSync(program, args, { cwd, encoding: 'utf8' });

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'npm-'));
  run(process.execPath, [join(root, 'scripts/pack-npm.mjs'), '--out', join(directory, 'package')]);
  run('npm', ['pack', './package']);
  run('npm', [
    'install',
    '--offline',
    '--no-audit',
    '--no-fund',
    '--prefix',
    'project',
    `./base-image-gate-${version}.tgz`,
  ]);
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true }));

test('the package installs alone, without a registry', () => {
  expect(readdirSync(join(directory, 'project/node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'base-image-gate',
  ]);
});

test('the installed program runs', () => {
  const program = join(directory, 'project/node_modules/.bin/base-image-gate');
  expect(run(program, ['--version'])).toBe(`${version}\n`);
  const images = z
    .looseObject({ schema: z.string() })
    .parse(JSON.parse(run(program, ['images', join(root, 'examples/storefront'), '--format', 'json'])));
  expect(images.schema).toContain('base-image-gate/images/');
});

test('the types of its JSON outputs are valid', () => {
  const types = join(directory, 'project/node_modules/base-image-gate/index.d.ts');
  expect(readFileSync(types, 'utf8')).toContain('export type CheckReport = {');
  run(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '--strict', types]);
});
