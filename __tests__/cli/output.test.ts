import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { useBundledCli } from '../support/process/bundled-cli.js';
import { DENY, POLICY } from '../support/process/cli-cases.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { schemaErrors } from '../support/published-schema.js';
import { sarifErrors } from '../support/sarif-schema.js';

const STOREFRONT = fileURLToPath(new URL('../../examples/storefront', import.meta.url));

const cli = useBundledCli();

describe('output', () => {
  test('no color in a pipe; a closed pipe is no crash', () => {
    const directory = makeDirectory({ Dockerfile: 'FROM docker.io/evil/base:1\n', [POLICY]: DENY });
    expect(cli.run(['check', '--offline'], directory).stdout).not.toContain('\x1b[');
    const piped = spawnSync('sh', ['-c', '"$0" "$1" rules | true', process.execPath, cli.entry], { encoding: 'utf8' });
    expect(piped.stderr).toBe('');
  });

  test('JSON follows its published schema, and says what the text says', () => {
    const result = cli.run(['check', '--offline', '--format', 'json'], STOREFRONT);
    expect(result.code).toBe(1);
    const document: unknown = JSON.parse(result.stdout);
    expect(schemaErrors('check.schema.json', document)).toEqual([]);
    expect(document).toMatchObject({ verdict: 'fail' });
  });

  test('SARIF is valid 2.1.0', () => {
    const result = cli.run(['check', '--offline', '--format', 'sarif'], STOREFRONT);
    expect(result.code).toBe(1);
    expect(sarifErrors(JSON.parse(result.stdout))).toEqual([]);
  });

  test('Markdown begins with the verdict', () => {
    const result = cli.run(['check', '--offline', '--format', 'markdown'], STOREFRONT);
    expect(result.code).toBe(1);
    expect(result.stdout.slice(0, 200)).toMatch(/fail/i);
  });

  test('images lists what a build can pull, as JSON with stable ids', () => {
    const directory = makeDirectory({ Dockerfile: 'ARG V=3.20\nFROM alpine:$V AS a\nCOPY --from=busybox /x /x\n' });
    const first = cli.run(['images', '--format', 'json'], directory);
    expect(first.code).toBe(0);
    expect(first.stdout).toBe(cli.run(['images', '--format', 'json'], directory).stdout);
    expect(JSON.parse(first.stdout)).toMatchObject({
      files: [{ path: 'Dockerfile', status: 'read' }],
      uses: [
        { line: 2, column: 6, written: 'alpine:$V', expanded: 'alpine:3.20', role: 'final', overridable: ['V'] },
        { line: 3, column: 13, written: 'busybox', role: 'copy' },
      ],
    });
    const given = cli.run(['images', '--format', 'json', '--build-arg', 'V=3.21', '--all-files'], directory);
    expect(given.stdout).toContain('"tag": "3.21"');
  });

  test.each(['images', 'check'])('%s says that a target is no stage, and takes every stage for one', (command) => {
    const directory = makeDirectory({ Dockerfile: 'FROM scratch AS a\n' });
    const result = cli.run([command, '--target', 'nope'], directory);
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(result.stdout).toContain('there is no stage "nope", so every stage counts as a target');
  });

  test('--output writes the report to a file, and nothing to standard output', () => {
    const directory = makeDirectory({ Dockerfile: 'FROM scratch\n' });
    mkdirSync(join(directory, 'out'));
    const result = cli.run(['check', '--offline', '--format', 'json', '--output', 'out/report.json'], directory);
    expect([result.code, result.stdout]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(join(directory, 'out/report.json'), 'utf8'))).toMatchObject({ verdict: 'pass' });
  });
});
