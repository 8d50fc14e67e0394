import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { verify } from '../../src/cli/verify.js';
import { runCommand } from '../support/process/run-command.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';
import { listNotationCases, type NotationCase } from '../support/signing/notation-cases.js';

function run({ directory, reference }: NotationCase) {
  return runCommand(
    verify,
    directory,
    '--offline',
    '--registry',
    `registry.example.test=oci-layout:${join(directory, 'layout')}`,
    '--notation-config',
    'config/notation',
    reference,
  );
}

/** Offline, whatever names a revocation service is unknown, unless the trust policy skips it. */
function exitCodeOf({ gate, http, case: name }: NotationCase): number {
  if (http !== undefined || gate.reason === 'revocation-unknown') return 2;
  if (name === 'crl-unreachable-skip') return 0;
  return gate.verdict === 'pass' ? 0 : 1;
}

describeWithSharedData('notation', 'verify --notation-config', () => {
  test('exits as the verdict of every given case asks', async () => {
    const cases = listNotationCases(sharedData('notation'));
    const codes: Record<string, number> = {};
    for (const one of cases) codes[one.case] = (await run(one)).code;
    expect(codes).toEqual(Object.fromEntries(cases.map((one) => [one.case, exitCodeOf(one)])));
  }, 120_000);

  test('names signer, scheme, time and certificate', async () => {
    const [timestamped] = listNotationCases(sharedData('notation')).filter(
      (one) => one.case === 'expired-leaf-timestamp-cose',
    );
    if (timestamped === undefined) throw new Error('the case is missing');
    const { stdout } = await run(timestamped);
    expect(stdout).toContain('CN=Gate Test Signing,O=Gate Test Publisher');
    expect(stdout).toContain('notary.x509');
    expect(stdout).toContain('2024-06-01T');
    expect(stdout).toMatch(/certificate sha256:[0-9a-f]{64}/);
  });

  test('reports a check that the trust policy only logs', async () => {
    const [logged] = listNotationCases(sharedData('notation')).filter((one) => one.case === 'expiry-past-permissive');
    if (logged === undefined) throw new Error('the case is missing');
    expect(await run(logged)).toMatchObject({ code: 0, stdout: expect.stringContaining('it expired at 2025-01-01') });
  });
});
