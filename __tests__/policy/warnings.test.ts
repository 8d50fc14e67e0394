import { describe, expect, test } from '@jest/globals';
import { loadPolicyText } from '../support/load-policy-text.js';

const NOW = new Date('2026-11-30T15:00:00Z');

async function warningsOf(text: string) {
  const loaded = await loadPolicyText(`version: 1\n${text}`, { now: NOW });
  if (!loaded.ok) throw new Error('the policy is not valid');
  return loaded.value.warnings.map(({ code, line, fix }) => ({ code, line, fix }));
}

describe('a host that is nearly one of the catalog', () => {
  test.each([
    ['deny: [{ image: "docker.oi/**", reason: r }]', 'docker.io'],
    ['deny: [{ image: "docker.i/**", reason: r }]', 'docker.io'],
    ['allow: [{ image: "cgr.devv/acme/*", signed: false, reason: r }]', 'cgr.dev'],
    ['allow: [{ image: "cgr.dew/acme/*", signed: false, reason: r }]', 'cgr.dev'],
    ['registries: { "ggcr.io": { insecure: true } }', 'gcr.io'],
  ])('is warned of: %s', async (text, host) => {
    expect(await warningsOf(text)).toContainEqual({
      code: 'misspelled-host',
      line: 2,
      fix: `Write ${host} if that is meant.`,
    });
  });

  test.each([
    'deny: [{ image: "docker.io/**", reason: r }]',
    'deny: [{ image: "**/legacy", reason: r }]',
    'allow: [{ image: "registry.acme.example/*", signed: false, reason: r }]',
    'registries: { "localhost:5000": { insecure: true } }',
  ])('is none in %s', async (text) => {
    expect((await warningsOf(text)).map(({ code }) => code)).not.toContain('misspelled-host');
  });
});

describe('a waiver that ends soon', () => {
  const waiver = (expires: string) =>
    `waivers: [{ rule: fresh, image: a.example/b, reason: r, owner: "@acme/x", expires: ${expires} }]`;

  test.each(['2026-11-30', '2026-12-01', '2026-12-13'])('is warned of: %s', async (expires) => {
    expect(await warningsOf(waiver(expires))).toEqual([
      { code: 'ends-soon', line: 2, fix: 'Fix the finding, or ask @acme/x to renew the waiver.' },
    ]);
  });

  test.each(['2026-11-29', '2026-12-14', '2027-01-31'])('is none on %s', async (expires) => {
    expect(await warningsOf(waiver(expires))).toEqual([]);
  });
});

describe('a key that a key management service holds', () => {
  const naming = (key: string) => `allow:\n  - image: a/b\n    authorities: [{ key: { kms: "${key}" } }]`;

  test.each([
    'awskms:///alias/release',
    'gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k',
    'azurekms://v/k',
    'hashivault://k',
  ])('is warned of with how to export its public key: %s', async (key) => {
    expect(await warningsOf(naming(key))).toEqual([
      { code: 'not-verifiable', line: 4, fix: expect.stringContaining(`cosign public-key --key ${key} >`) },
    ]);
  });

  test('that is no address is not written into a command', async () => {
    const [warning] = await warningsOf(naming('awskms://$(id)'));
    expect(warning?.fix).toContain('--key ADDRESS');
  });
});
