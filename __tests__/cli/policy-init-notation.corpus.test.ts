import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { policyInit } from '../../src/cli/policy-init.js';
import { verify } from '../../src/cli/verify.js';
import { runCommand } from '../support/process/run-command.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

const REFERENCE =
  'registry.example.test/base/app@sha256:c7a642163e9e30876bdb47265c9dd755d26b974b1df6ce75ee68c982d2fc8dd8';

/** A repository with a case's configuration in it. */
function repositoryOf(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'notation-policy-'));
  cpSync(sharedData(`notation/${name}/config/notation`), join(directory, 'notation'), { recursive: true });
  return directory;
}

describeWithSharedData('notation', 'policy init --notation-config', () => {
  test.each(['jws-p256-good', 'expired-leaf-timestamp-jws', 'signing-authority-good', 'crl-unreachable-skip'])(
    'turns the trust policy of %s into entries that verify the same image',
    async (name) => {
      const directory = repositoryOf(name);
      const { code, stdout } = await runCommand(policyInit, directory, '--notation-config', 'notation');
      expect(code).toBe(0);
      mkdirSync(join(directory, '.github'));
      writeFileSync(join(directory, '.github/base-image-gate.yml'), stdout);
      const route = `registry.example.test=oci-layout:${sharedData(`notation/${name}/layout`)}`;
      expect(await runCommand(verify, directory, '--offline', '--registry', route, REFERENCE)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('CN=Gate Test Signing'),
      });
    },
  );

  test('proposes no entry for the level audit, and says which checks notation only logs', async () => {
    const audit = await runCommand(policyInit, repositoryOf('level-audit-untrusted'), '--notation-config', 'notation');
    expect(audit.stdout).not.toContain('- image');
    const permissive = await runCommand(
      policyInit,
      repositoryOf('expiry-past-permissive'),
      '--notation-config',
      'notation',
    );
    expect(permissive.stdout).toContain('only logs a failure of expiry');
  });

  test('exits 3 for a directory without a trust policy', async () => {
    const { code, stderr } = await runCommand(policyInit, sharedData('notation'), '--notation-config', 'real');
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('trustpolicy.json does not exist'),
    });
  });
});
