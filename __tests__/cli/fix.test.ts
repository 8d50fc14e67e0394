import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, lstatSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { fix } from '../../src/cli/fix.js';
import { runCommand } from '../support/process/run-command.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/storefront', import.meta.url));
const PINNED = ['Dockerfile', 'services/mailer/Dockerfile', 'services/worker/Dockerfile'];

/** The example's repository, with the digests taken off its references. */
function unpinnedExample(): string {
  const directory = mkdtempSync(join(tmpdir(), 'fix-'));
  cpSync(EXAMPLE, directory, { recursive: true });
  for (const path of PINNED) {
    const text = readFileSync(join(directory, path), 'utf8');
    writeFileSync(join(directory, path), text.replace(/@sha256:[0-9a-f]{64}/g, ''));
  }
  return directory;
}

const run = (directory: string, ...args: readonly string[]) =>
  runCommand(fix, directory, directory, '--offline', '--all-files', ...args);

describe('fix --pin', () => {
  test('writes the digests of what was verified, and nothing else', async () => {
    const directory = unpinnedExample();
    chmodSync(join(directory, 'Dockerfile'), 0o640);
    const { code, stdout, stderr } = await run(directory, '--pin', '--write');
    expect(readFileSync(join(directory, 'Dockerfile'))).toEqual(readFileSync(join(EXAMPLE, 'Dockerfile')));
    expect(statSync(join(directory, 'Dockerfile')).mode & 0o777).toBe(0o640);
    expect(stdout).toMatch(
      /^Dockerfile:\d+:\d+ demo\.example\/hardened\/\S+ -> sha256:[0-9a-f]{64} \(signature verified\)$/m,
    );
    // What other people signed, nobody signed, or nobody allowed is left, so the exit code asks for a person.
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^services\/worker\/Dockerfile:\S+ demo\.example\/hardened\/worker:1 is not pinned: signature-verified: /m,
    );
    expect(stderr).toMatch(/^services\/legacy\/Dockerfile:\S+ .* is not pinned: denied-base: /m);
    expect((await run(directory, '--pin', '--write')).stdout).toMatch(
      /^Nothing was pinned\. \d+ references are left as they are\. \d+ references pinned before\.\n$/,
    );
  });

  test('writes nothing without --write', async () => {
    const directory = unpinnedExample();
    const before = readFileSync(join(directory, 'Dockerfile'));
    expect((await run(directory, '--pin')).stdout).toContain('Would pin');
    expect((await run(directory, '--pin', '--diff')).stdout).toContain('+++ b/Dockerfile');
    expect(readFileSync(join(directory, 'Dockerfile'))).toEqual(before);
  });

  test('shows a diff that git applies, and that does the same as --write', async () => {
    const [patched, written] = [unpinnedExample(), unpinnedExample()];
    const { stdout } = await run(patched, '--pin', '--diff');
    const applied = spawnSync('git', ['apply', '-'], { cwd: patched, input: stdout, encoding: 'utf8' });
    expect([applied.status, applied.stderr]).toEqual([0, '']);
    await run(written, '--pin', '--write');
    for (const path of PINNED) expect(readFileSync(join(patched, path))).toEqual(readFileSync(join(written, path)));
  });

  test.each([
    ['bytes that are not UTF-8', Buffer.from([0xe9, 0xff, 0x80])],
    ['a form feed', '\f'],
    ['a carriage return inside', 'a\rb'],
    ['a soft hyphen', '\u00ad'],
    ['a joiner', '\u200d'],
    ['an escape', '\u001b[31m'],
  ])('shows a diff that git applies, or says to use --write, beside a line with %s', async (_, bytes) => {
    const directory = unpinnedExample();
    const [before, after] = [Buffer.from('FROM demo.example/hardened/node:22\nLABEL x="'), Buffer.from('"\n')];
    writeFileSync(join(directory, 'Dockerfile'), Buffer.concat([before, Buffer.from(bytes), after]));
    const { stdout, stderr } = await run(directory, '--pin', '--diff');
    const applied = spawnSync('git', ['apply', '--check', '-'], { cwd: directory, input: stdout, encoding: 'utf8' });
    expect([applied.status, applied.stderr]).toEqual([0, '']);
    if (!stdout.includes('+++ b/Dockerfile')) expect(stderr).toMatch(/Dockerfile.*--write/);
  });

  test('writes a file once that has two names', async () => {
    const directory = unpinnedExample();
    symlinkSync('Dockerfile', join(directory, 'Dockerfile.release'));
    await run(directory, '--pin', '--write');
    expect(readFileSync(join(directory, 'Dockerfile'))).toEqual(readFileSync(join(EXAMPLE, 'Dockerfile')));
  });

  test('says of a digest whose signature does not count that nobody vouches for it', async () => {
    const directory = unpinnedExample();
    const policy = readFileSync(join(directory, '.github/base-image-gate.yml'), 'utf8');
    writeFileSync(
      join(directory, 'policy.yml'),
      `${policy}\nrules: { signature-verified: warning }\n`.replace(/^rules:[\s\S]*?(?=^\S)/m, ''),
    );
    const { stdout } = await run(directory, '--pin', '--policy', 'policy.yml');
    expect(stdout).toMatch(
      /^services\/worker\/Dockerfile:\S+ \S+ -> sha256:[0-9a-f]{64} \(signature not verified: .+\)$/m,
    );
    expect(stdout).toMatch(/\d+ of these digests (?:is|are) unverified\./);
    expect(stdout).not.toMatch(/worker.*\(signature verified\)/);
    const diff = await run(directory, '--pin', '--diff', '--policy', 'policy.yml');
    expect(diff.stderr).toMatch(/^services\/worker\/Dockerfile:\S+ \S+ is pinned to an unverified digest: /m);
  });

  test('leaves a link alone whose target was not written, and writes the target whatever comes first', async () => {
    const directory = unpinnedExample();
    symlinkSync('Dockerfile', join(directory, 'A.Dockerfile'));
    const { stderr } = await run(directory, '--pin', '--write');
    expect(stderr).not.toContain('symbolic link');
    expect(readFileSync(join(directory, 'Dockerfile'))).toEqual(readFileSync(join(EXAMPLE, 'Dockerfile')));
    expect(lstatSync(join(directory, 'A.Dockerfile')).isSymbolicLink()).toBe(true);
  });

  test('does not say of a file that was not written that it was pinned', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'fix-'));
    cpSync(join(EXAMPLE, 'registry'), join(directory, 'registry'), { recursive: true });
    cpSync(join(EXAMPLE, '.github'), join(directory, '.github'), { recursive: true });
    writeFileSync(join(directory, 'base.txt'), 'FROM demo.example/hardened/node:22\n');
    symlinkSync('base.txt', join(directory, 'Dockerfile'));
    const linked = await run(directory, '--pin', '--write');
    expect(linked.stderr).toContain('"Dockerfile" is a symbolic link');
    expect(linked).toMatchObject({ code: 2, stdout: 'Nothing was pinned. 1 build file was not written.\n' });
    cpSync(join(directory, 'base.txt'), join(directory, 'B.Dockerfile'));
    const { stdout } = await run(directory, '--pin', '--write');
    expect(stdout).toMatch(
      /^B\.Dockerfile:1:6 .*\nPinned 1 reference in 1 build file\. 1 build file was not written\.\n$/,
    );
  });

  test('exits with 0 where everything is pinned, and with 2 where a registry could not be asked', async () => {
    const directory = unpinnedExample();
    const only = (text: string) => {
      const policy = join(directory, 'policy.yml');
      writeFileSync(join(directory, 'Dockerfile'), text);
      writeFileSync(policy, 'version: 1\nfiles: { exclude: ["services/**"] }\n');
      return run(directory, '--pin', '--write', '--policy', 'policy.yml');
    };
    expect(await only('FROM scratch\n')).toEqual({ code: 0, stdout: 'Nothing to pin.\n', stderr: '' });
    const unreachable = await only('FROM cgr.dev/chainguard/static\n');
    expect(unreachable.code).toBe(2);
    expect(unreachable.stderr).toContain('Dockerfile:1:6 cgr.dev/chainguard/static is not pinned: ');
    expect((await only('NOT a Dockerfile\n')).code).toBe(2);
  });

  test.each([
    [[], 'expected --pin'],
    [['--pin', '--write', '--diff'], 'exclude each other'],
    [['--pin', '--profile', 'none'], '--profile is "none"'],
    [['--pin', '--unknown'], 'Unknown option'],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await run(unpinnedExample(), ...args);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(message);
  });
});
