import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readPublicKey, verifyWithKey } from '../../src/signatures/key.js';

function pem(pair: {
  readonly publicKey: { export(options: { type: 'spki'; format: 'pem' }): string | Buffer };
}): string {
  return pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

describe('public keys', () => {
  test.each([
    ['ECDSA P-256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['ECDSA P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['ECDSA P-521', () => generateKeyPairSync('ec', { namedCurve: 'P-521' })],
    ['Ed25519', () => generateKeyPairSync('ed25519')],
    ['RSA 2048', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ])('%s is read, with text around it as publishers write it', (description, make) => {
    const read = readPublicKey(`our key:\r\n\r\n${pem(make())}\nvalid since 2024\n`);
    expect(read).toMatchObject({
      ok: true,
      value: { description, fingerprint: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
    });
  });

  test.each([
    ['secp256k1', () => pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })), 'secp256k1'],
    ['RSA of 1024 bits', () => pem(generateKeyPairSync('rsa', { modulusLength: 1024 })), '1024 bits'],
    ['Ed448', () => pem(generateKeyPairSync('ed448')), 'ed448'],
    [
      'a private key',
      () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'private key',
    ],
    ['two keys', () => pem(generateKeyPairSync('ed25519')).repeat(2), '2 PEM blocks'],
    [
      'a certificate',
      () => pem(generateKeyPairSync('ed25519')).replaceAll('PUBLIC KEY', 'CERTIFICATE'),
      '"CERTIFICATE"',
    ],
    ['no PEM', () => 'awskms:///alias/key', 'no PEM block'],
    ['a broken key', () => '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'does not decode'],
    ['endless text', () => ' '.repeat(20_000), 'longer than'],
  ])('%s is refused by name', (_name, make, reason) => {
    expect(readPublicKey(make())).toEqual({ ok: false, error: expect.stringContaining(reason) });
  });

  test('whatever text it is given, reading never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(typeof readPublicKey(text).ok).toBe('boolean');
        expect(readPublicKey(`-----BEGIN PUBLIC KEY-----\n${text}\n-----END PUBLIC KEY-----`).ok).toBe(false);
      }),
    );
  });

  test('a signature is over these bytes, by this key, with the hash that was told', () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const read = readPublicKey(pem(pair));
    if (!read.ok) throw new Error(read.error);
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array({ minLength: 1 }), (message, more) => {
        const signature = sign('sha384', message, pair.privateKey);
        const { object } = read.value;
        expect(verifyWithKey(object, message, signature)).toBe(true);
        expect(verifyWithKey(object, message, signature, 'sha384')).toBe(true);
        expect(verifyWithKey(object, message, signature, 'sha256')).toBe(false);
        expect(verifyWithKey(object, Buffer.concat([message, more]), signature)).toBe(false);
        expect(verifyWithKey(object, message, more)).toBe(false);
      }),
      { numRuns: 20 },
    );
  });
});
