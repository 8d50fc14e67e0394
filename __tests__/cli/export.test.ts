import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { exportCommand } from '../../src/cli/export.js';
import { runCommand } from '../support/process/run-command.js';
import { git, makeDirectory, makeRepository } from '../support/process/scratch-repository.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/storefront', import.meta.url));

const run = (...args: readonly string[]) => runCommand(exportCommand, EXAMPLE, EXAMPLE, '--offline', ...args);

describe('export', () => {
  test('prints what was verified, says what is denied, and exits with the verdict', async () => {
    const { code, stdout, stderr } = await run();
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1 });
    expect(stdout).toContain('"docker-image://demo.example/hardened/node:22@sha256:');
    expect(stdout).not.toContain('hardened/worker');
    expect(stderr).toMatch(/^BuildKit source policy: \d+ references allowed; the verdict is fail\.\n/);
    expect(stderr).toMatch(/^demo\.example\/hardened\/worker:1@sha256:\S+ is denied: signature-verified: /m);
  });

  test('writes to the file of --output, the same bytes in every run', async () => {
    const file = join(makeDirectory({}), 'policies/Dockerfile.rego');
    expect(await run('--format', 'buildx', '--output', file)).toMatchObject({ code: 1, stdout: '' });
    expect(readFileSync(file, 'utf8')).toBe((await run('--format', 'buildx')).stdout);
  });

  test('names the commit of the policy, unless the working tree changes the policy', async () => {
    const directory = makeRepository({ Dockerfile: 'FROM scratch\n', '.github/base-image-gate.yml': 'version: 1\n' });
    git(directory, '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', 'start');
    const id = git(directory, 'rev-parse', 'HEAD').trim();
    const header = async () =>
      (await runCommand(exportCommand, directory, '--offline', '--format', 'buildx')).stdout.match(
        /^# policy-commit: .*/m,
      )?.[0];
    writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\nUSER 1\n');
    expect(await header()).toBe(`# policy-commit: ${id}`);
    writeFileSync(join(directory, '.github/base-image-gate.yml'), 'version: 1\nprofile: observe\n');
    expect(await header()).toContain('unknown');
  });

  test('exits 0 where the verdict is pass, and denies every image where nothing was verified', async () => {
    const directory = makeDirectory({ Dockerfile: 'FROM scratch\n' });
    const { code, stdout } = await runCommand(exportCommand, directory, '--all-files', '--offline');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).rules.map(({ action }: { action: string }) => action)).toEqual(Array(4).fill('DENY'));
  });

  test('refuses a form that it does not know, and writes nothing', async () => {
    const file = join(makeDirectory({}), 'policy');
    const { code, stderr } = await run('--format', 'gatekeeper', '--output', file);
    expect(code).toBe(3);
    expect(stderr).toContain('--format is "gatekeeper"');
    expect(existsSync(file)).toBe(false);
  });

  test('verifies and exports what --include names, and denies it where the policy does', async () => {
    const directory = makeDirectory({
      Dockerfile: 'FROM scratch\n',
      '.github/base-image-gate.yml':
        'version: 1\nallow: [{ image: "demo.example/hardened/node", signed: false, reason: x }]\nrules: { allowed-base: error }\n',
    });
    const registry = `demo.example=oci-layout:${join(EXAMPLE, 'registry')}`;
    const include = (image: string) =>
      runCommand(exportCommand, directory, '--all-files', '--offline', '--registry', registry, '--include', image);
    const { stdout } = await include('demo.example/hardened/node:22');
    expect(stdout).toContain('"docker-image://demo.example/hardened/node:22@sha256:');
    const denied = await include('demo.example/hardened/worker:1');
    expect(denied.code).toBe(1);
    expect(denied.stdout).not.toContain('hardened/worker');
    expect(denied.stderr).toMatch(/^demo\.example\/hardened\/worker:1 is denied: allowed-base: /m);
    expect((await include('https://example.com')).code).toBe(3);
  });
});
