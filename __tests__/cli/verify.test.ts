import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { verify } from '../../src/cli/verify.js';
import { writeLayout } from '../support/image/image-maker-layout.js';
import { runCommand } from '../support/process/run-command.js';
import { forge, makeScene, type Scene } from '../support/signing/signer-forgery.js';
import { RELEASE_WORKFLOW } from '../support/signing/signer-identity.js';

const directory = mkdtempSync(join(tmpdir(), 'verify-'));
const SIGNED = 'registry.example/signed:latest';
const UNSIGNED = 'registry.example/unsigned:latest';
const IDENTITY = [
  '--certificate-identity',
  RELEASE_WORKFLOW.subject,
  '--certificate-oidc-issuer',
  RELEASE_WORKFLOW.issuer,
];
const COMMON = [
  '--registry',
  `registry.example=oci-layout:${join(directory, 'layout')}`,
  '--offline',
  '--trusted-root',
  'trusted_root.json',
];
let scene: Scene;

beforeAll(async () => {
  scene = await makeScene();
  const { content, tag } = await forge(scene, 'classic signature', scene.index);
  await writeLayout(join(directory, 'layout'), [
    { content: scene.index, name: SIGNED },
    { content, name: `registry.example/signed:${tag}` },
    { content: scene.otherImage, name: UNSIGNED },
  ]);
  mkdirSync(join(directory, '.github'));
  writeFileSync(join(directory, '.github/base-image-gate.yml'), 'version: 1\n');
  writeFileSync(join(directory, 'trusted_root.json'), JSON.stringify(scene.sigstore.trustedRoot()));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (...args: readonly string[]) => runCommand(verify, directory, ...args);

describe('verify', () => {
  test('shows who signed an image, when and where it is logged', async () => {
    const answer = await run(...COMMON, ...IDENTITY, SIGNED);
    expect(answer).toMatchObject({ code: 0, stderr: '' });
    expect(answer.stdout).toContain(`linux/amd64: pass. Signed by ${RELEASE_WORKFLOW.subject}`);
    expect(answer.stdout).toContain('https://rekor.test-sigstore.example index');
  });

  test('takes layout, keys and trusted root of a policy that is given from the directory that it is written in', async () => {
    const policy = fileURLToPath(new URL('../../examples/storefront/.github/base-image-gate.yml', import.meta.url));
    const answer = await run('--policy', policy, '--offline', 'demo.example/hardened/node:22');
    expect(answer).toMatchObject({ code: 0, stdout: expect.stringContaining('linux/amd64: pass. ') });
  });

  test('takes the authorities of the directory’s policy', async () => {
    const policy = [
      'version: 1',
      'allow:',
      '  - image: registry.example/**',
      '    authorities:',
      `      - keyless: { issuer: "${RELEASE_WORKFLOW.issuer}", subject: "https://github.com/acme/images/**" }`,
    ];
    writeFileSync(join(directory, 'policy.yml'), policy.join('\n'));
    expect(await run(...COMMON, '--policy', 'policy.yml', SIGNED)).toMatchObject({ code: 0 });
    expect(await run(...COMMON, '--policy', 'policy.yml', UNSIGNED)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('is not signed'),
    });
  });

  test('an image that the policy lets through without a signature is not verified', async () => {
    const policy = 'version: 1\nallow: [{ image: "registry.example/**", signed: false, reason: replaced by June }]\n';
    writeFileSync(join(directory, 'unsigned.yml'), policy);
    expect(await run(...COMMON, '--policy', 'unsigned.yml', UNSIGNED)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('through without a signature: replaced by June'),
    });
  });

  test('shows a wrong signer, and names who signed where nobody was named', async () => {
    const mallory = ['--certificate-identity', 'https://mallory.example', ...IDENTITY.slice(2)];
    expect(await run(...COMMON, ...mallory, SIGNED)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('the policy requires https://mallory.example'),
    });
    expect(await run(...COMMON, SIGNED)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`signed by ${RELEASE_WORKFLOW.subject}`),
    });
  });

  test('takes the repository that the workflow must have run for', async () => {
    const repository = (name: string) => ['--certificate-github-workflow-repository', name];
    expect(await run(...COMMON, ...IDENTITY, ...repository('acme/images'), SIGNED)).toMatchObject({ code: 0 });
    expect(await run(...COMMON, ...IDENTITY, ...repository('acme/playground'), SIGNED)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('https://github.com/acme/playground'),
    });
  });

  test('leaves it open where it could not look', async () => {
    expect(await run('--offline', ...IDENTITY, 'elsewhere.example/base:1')).toMatchObject({ code: 2 });
  });

  test.each([
    [[]],
    [['Not An Image']],
    [[...IDENTITY.slice(0, 2), SIGNED]],
    [[...IDENTITY, '--key', 'k.pub', SIGNED]],
    [['--key', 'missing.pub', SIGNED]],
    [['--key', 'awskms:///alias/release', SIGNED]],
    [['--key', 'trusted_root.json', SIGNED]],
    [['--certificate-identity', '**', ...IDENTITY.slice(2), SIGNED]],
    [['--certificate-identity', 'https://**', ...IDENTITY.slice(2), SIGNED]],
    [['--certificate-github-workflow-repository', 'acme/images', SIGNED]],
    [[...IDENTITY, '--certificate-github-workflow-repository', 'acme', SIGNED]],
    [['--certificate-identity', 'https://github.com/slsa-framework/**', ...IDENTITY.slice(2), SIGNED]],
    [['--platform', 'nonsense!', ...IDENTITY, SIGNED]],
    [[...COMMON, '--policy', 'missing.yml', SIGNED]],
  ])('wrong usage is exit code 3: %j', async (args) => {
    expect(await run(...args)).toMatchObject({ code: 3, stdout: '' });
  });
});
