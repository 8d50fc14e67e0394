import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { verifyBundle } from '../../src/cli/verify-bundle.js';
import { digestOf } from '../../src/references/digest.js';
import { runCommand } from '../support/process/run-command.js';
import { keylessSigner, keySigner, RELEASE_WORKFLOW } from '../support/signing/signer-identity.js';
import { envelopeBundle, inTotoStatement } from '../support/signing/sigstore-forms.js';
import { makeSigstore } from '../support/signing/sigstore-trust.js';

const IDENTITY = [
  '--certificate-identity',
  RELEASE_WORKFLOW.subject,
  '--certificate-oidc-issuer',
  RELEASE_WORKFLOW.issuer,
];
let directory: string;
let digest: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'verify-bundle-'));
  const sigstore = await makeSigstore();
  const write = (name: string, content: string) => writeFileSync(join(directory, name), content);
  write('artifact', 'the artifact');
  write('other', 'another artifact');
  digest = digestOf(Buffer.from('the artifact'));
  const payload = inTotoStatement(digest, 'https://example.com/predicate');
  const key = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-384' }));
  write('trusted_root.json', JSON.stringify(sigstore.trustedRoot()));
  write('keyless.json', JSON.stringify(await envelopeBundle(await keylessSigner(sigstore), payload, { sigstore })));
  write('keyed.json', JSON.stringify(await envelopeBundle(key, payload, { sigstore })));
  write('key.pub', key.publicKeyPem);
});

const run = (...args: readonly string[]) => runCommand(verifyBundle, directory, ...args);

const root = ['--trusted-root', 'trusted_root.json'];

describe('verify-bundle', () => {
  test('verifies a keyless bundle over a file, and over its digest', async () => {
    for (const target of ['artifact', digest]) {
      const answer = await run('--bundle', 'keyless.json', ...IDENTITY, ...root, target);
      expect(answer).toMatchObject({ code: 0, stdout: expect.stringContaining(RELEASE_WORKFLOW.subject) });
    }
  });

  test('verifies a bundle by a key', async () => {
    expect(await run('--bundle', 'keyed.json', '--key', 'key.pub', ...root, 'artifact')).toMatchObject({ code: 0 });
  });

  test('refuses another artifact, another identity, another key and a key that is none', async () => {
    const keyless = ['--bundle', 'keyless.json', ...root];
    expect(await run(...keyless, ...IDENTITY, 'other')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('wrong-subject'),
    });
    const mallory = ['--certificate-identity', 'https://mallory.example', ...IDENTITY.slice(2)];
    expect(await run(...keyless, ...mallory, 'artifact')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('wrong-signer'),
    });
    const glob = ['--certificate-identity', 'https://**', ...IDENTITY.slice(2)];
    expect(await run(...keyless, ...glob, 'artifact')).toMatchObject({ code: 1 });
    expect(await run(...keyless, '--key', 'key.pub', 'artifact')).toMatchObject({ code: 1 });
    expect(await run(...keyless, '--key', 'artifact', 'artifact')).toMatchObject({ code: 1 });
  });

  test('leaves it open where an offline root may be outdated', async () => {
    const answer = await run('--bundle', 'keyless.json', ...IDENTITY, '--offline', 'artifact');
    expect(answer).toMatchObject({ code: 2, stderr: expect.stringContaining('the embedded snapshot') });
  });

  test.each([
    [['artifact']],
    [['--bundle', 'keyless.json', 'artifact']],
    [['--bundle', 'keyless.json', ...IDENTITY.slice(0, 2), 'artifact']],
    [['--bundle', 'keyless.json', ...IDENTITY, '--key', 'key.pub', 'artifact']],
    [['--bundle', 'missing.json', ...IDENTITY, 'artifact']],
    [['--bundle', 'keyless.json', ...IDENTITY, 'missing']],
    [['--bundle', 'keyless.json', ...IDENTITY, '--trusted-root', 'artifact', 'artifact']],
    [['--no-such-flag']],
  ])('wrong usage is exit code 3: %j', async (args) => {
    expect(await run(...args)).toMatchObject({ code: 3, stdout: '' });
  });
});
