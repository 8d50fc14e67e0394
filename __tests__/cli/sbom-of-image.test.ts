import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { sbom } from '../../src/cli/sbom.js';
import { sbomDocumentSchema } from '../../src/cli/sbom-document.js';
import {
  type AttestedLayout,
  type AttestedLayoutOptions,
  makeAttestedLayout,
} from '../support/image/attested-layout.js';
import { apkPackage, cycloneDxDocument, spdxDocument } from '../support/image/make-sbom.js';
import { runCommand } from '../support/process/run-command.js';

const SPDX = 'https://spdx.dev/Document';
const CURL = apkPackage('curl', '8.9.1-r2');

const run = (layout: AttestedLayout, ...args: readonly string[]) =>
  runCommand(sbom, layout.directory, layout.image, ...args, ...layout.route, '--policy', layout.policy, '--offline');

async function runOn(options: AttestedLayoutOptions, ...args: readonly string[]) {
  return run(await makeAttestedLayout(options), ...args);
}

describe('sbom IMAGE', () => {
  test('shows the SBOM that the key of the allow entry signed of this digest', async () => {
    const layout = await makeAttestedLayout({ signed: [[SPDX, JSON.stringify(spdxDocument({ packages: [CURL] }))]] });
    const { code, stdout, stderr } = await run(layout, '--format', 'json');
    expect([code, stderr]).toEqual([0, '']);
    const document = sbomDocumentSchema.parse(JSON.parse(stdout));
    expect(document.packages.map(({ name }) => name)).toEqual(['sha256:1234', 'curl']);
    expect(document.attested).toMatchObject({
      counts: true,
      on: 'platform',
      digest: layout.digest,
      predicateType: SPDX,
    });
    expect(document.attested?.signer).toContain('base.pub');
    expect(document.elements.find(({ element }) => element === 'signature')).toMatchObject({ present: 1 });
  });

  test('a directory that is called like the image is not taken for a file', async () => {
    const layout = await makeAttestedLayout({ signed: [[SPDX, spdxDocument({ packages: [CURL] })]] });
    mkdirSync(join(layout.directory, layout.image), { recursive: true });
    expect(await run(layout)).toMatchObject({ code: 0, stdout: expect.stringContaining('curl') });
  });

  test('shows people on whose word it stands', async () => {
    const { stdout } = await runOn({ signed: [[SPDX, spdxDocument({ packages: [CURL] })]] });
    expect(stdout).toContain('(platform), signed by the key');
    expect(stdout).toContain('curl  8.9.1-r2');
  });

  test('--diff compares the image with a file', async () => {
    const layout = await makeAttestedLayout({ signed: [[SPDX, spdxDocument({ packages: [CURL] })]] });
    writeFileSync(
      join(layout.directory, 'old.json'),
      JSON.stringify(spdxDocument({ packages: [apkPackage('curl', '8.8-r0')] })),
    );
    expect(await run(layout, '--diff', 'old.json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('8.8-r0 -> 8.9.1-r2'),
    });
  });

  test("BuildKit's is shown, and does not count unless the entry allows unsigned attestations", async () => {
    const unsigned = [[SPDX, spdxDocument({ packages: [CURL] })]] as const;
    expect(await runOn({ unsigned })).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(', unsigned, at '),
      stderr: expect.stringContaining('counts only if'),
    });
    expect(await runOn({ unsigned, entry: 'attestations: { unsigned: allow }' })).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  test('says that another contradicts it, or could not be read', async () => {
    const other = [SPDX, spdxDocument({ packages: [apkPackage('curl', '9-r0')] })] as const;
    const { code, stdout, stderr } = await runOn({
      signed: [[SPDX, spdxDocument({ packages: [CURL] })], other, [SPDX, '{"spdxVersion"']],
    });
    expect([code, stdout.includes('Minimum elements')]).toEqual([0, true]);
    expect(stderr).toMatch(/Two SBOMs of this digest contradict each other: .* apk curl 9-r0, .* says 8\.9\.1-r2\./);
    expect(stderr).toMatch(/Another is attested and was not read: .*: The document is not JSON/);
  });

  test('the one it is compared with has to count as well', async () => {
    const layout = await makeAttestedLayout({ unsigned: [[SPDX, spdxDocument({ packages: [CURL] })]] });
    const file = join(layout.directory, 'mine.json');
    writeFileSync(file, JSON.stringify(spdxDocument({ packages: [CURL] })));
    expect(await run({ ...layout, image: file }, '--diff', layout.image)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('No package changed'),
      stderr: expect.stringContaining(`${layout.image}: It is unsigned`),
    });
  });

  test('says of an untrusted that it is there, and why it does not count', async () => {
    const signed = [[SPDX, spdxDocument({ packages: [CURL] })]] as const;
    const { code, stderr } = await runOn({ signed: [...signed, ...signed], untrustedKey: true });
    expect(code).toBe(1);
    expect(stderr.match(/\.att: an attestation that does not count because .*base\.pub/g)).toHaveLength(1);
  });

  test('a signed one goes before an unsigned one', async () => {
    const signed = [['https://cyclonedx.org/bom', cycloneDxDocument({ packages: [CURL] })]] as const;
    const unsigned = [[SPDX, spdxDocument({ packages: [apkPackage('bash', '1')] })]] as const;
    const { code, stdout } = await runOn({ signed, unsigned, entry: 'attestations: { unsigned: allow }' });
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'CycloneDX 1.6 (JSON) of registry.example/app: 2 packages']);
  });

  test.each<[string, AttestedLayoutOptions, number, string]>([
    ['nothing attested', {}, 1, 'no signed SBOM'],
    ['nothing attested, with what to do', {}, 1, 'Build on an image whose publisher attests one, or attest one with'],
    [
      'an untrusted signature',
      { signed: [[SPDX, spdxDocument({ packages: [CURL] })]], untrustedKey: true },
      1,
      'no signed SBOM',
    ],
    [
      'a format that is not read',
      { signed: [[SPDX, { '@context': 'https://spdx.org/rdf/3.1/x' }]] },
      1,
      'SPDX 3.1 (JSON-LD), which is not supported. Ask the publisher for SPDX 2.3',
    ],
    ['a document that is cut off', { signed: [[SPDX, '{"spdxVersion":"SPDX-2.3"']] }, 2, 'is not JSON'],
  ])('%s', async (_name, options, code, reason) => {
    expect(await runOn(options)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(reason) });
  });
});
