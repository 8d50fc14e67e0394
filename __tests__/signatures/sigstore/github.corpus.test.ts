import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { verifyBundle } from '../../../src/cli/verify-bundle.js';
import { optionalField } from '../../../src/lib/collections.js';
import { loadTrustedRoot } from '../../../src/signatures/sigstore/load-trusted-root.js';
import { readBundle } from '../../../src/signatures/sigstore/sigstore-bundle.js';
import type { SigstoreInstance } from '../../../src/signatures/sigstore/trusted-root.js';
import { verifyKeyless } from '../../../src/signatures/sigstore/verify-material.js';
import { runCommand } from '../../support/process/run-command.js';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

const NOW = new Date('2026-11-22T12:00:00Z');

describeWithSharedData('notation/real/github', "bundles of GitHub's own Sigstore instance", () => {
  const verify = async (bundle: string, instance: SigstoreInstance, file?: string) => {
    const root = await loadTrustedRoot({ offline: true, instance, ...optionalField('file', file) });
    const material = await readBundle(readFileSync(sharedData(bundle)));
    if (!root.ok || !material.ok) throw new Error('the data can’t be read');
    return verifyKeyless(material.value, root.value, NOW);
  };
  const PRIVATE = 'notation/real/github/private-repository.sigstore.json';
  const LINES = sharedData('notation/real/github/trusted_root.jsonl');

  test.each([PRIVATE, 'notation/real/github/public-repository-github-instance.sigstore.json'])(
    '%s verifies by a timestamp alone, with the embedded root and with what gh prints',
    async (bundle) => {
      for (const file of [undefined, LINES])
        expect(await verify(bundle, 'github', file)).toMatchObject({
          ok: true,
          value: { signer: { issuer: 'https://token.actions.githubusercontent.com' }, logged: [] },
        });
    },
  );

  test('verify-bundle takes GitHub’s root for what it certified, and the named file alone where one is named', async () => {
    const identity = 'https://github.com/actions/attest-demo/.github/workflows/build-python.yml@refs/heads/main';
    const digest = 'sha256:ae57936def59bc4c75edd3a837d89bcefc6d3a5e31d55a6fa7a71624f92c3c3b';
    const run = (...args: readonly string[]) =>
      runCommand(
        verifyBundle,
        '/',
        ...['--bundle', sharedData(PRIVATE), '--certificate-identity', identity, '--offline'],
        ...['--certificate-oidc-issuer', 'https://token.actions.githubusercontent.com', ...args, digest],
      );
    expect(await run()).toMatchObject({ code: 0, stderr: expect.stringContaining("GitHub's Sigstore root") });
    expect(await run('--trusted-root', LINES)).toMatchObject({ code: 0, stderr: '' });
    expect(await run('--trusted-root', sharedData('signatures/trusted_root.json'))).toMatchObject({ code: 1 });
  });

  test('one does not verify with the public root', async () => {
    for (const file of [undefined, LINES]) expect((await verify(PRIVATE, 'public-good', file)).ok).toBe(false);
  });

  test('a release that GitHub attests itself is nobody’s job', async () => {
    const release = 'field/registry/gh-real/github-private-attestation.sigstore.json';
    expect(await verify(release, 'github')).toMatchObject({
      error: { code: 'bad-certificate', reason: expect.stringContaining('names no issuer') },
    });
  });
});
