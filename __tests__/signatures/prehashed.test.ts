import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { verifyDigestWithKey } from '../../src/signatures/prehashed.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

describe('a signature over a digest', () => {
  test.each([
    ['P-256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['RSA 2048', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ])('by %s holds where node:crypto says so of the bytes, and nowhere else', (_name, make) => {
    const [own, other] = [make(), make()];
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(), (message, seed) => {
        const signature = sign('sha256', message, own.privateKey);
        expect(verifyDigestWithKey(own.publicKey, sha256(message), signature)).toBe(true);
        expect(verifyDigestWithKey(other.publicKey, sha256(message), signature)).toBe(false);
        expect(verifyDigestWithKey(own.publicKey, sha256(Buffer.concat([message, Buffer.from('x')])), signature)).toBe(
          false,
        );
        const bent = Buffer.from(signature);
        const bit = seed % (bent.length * 8);
        bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(verifyDigestWithKey(own.publicKey, sha256(message), bent)).toBe(false);
      }),
      { numRuns: 15 },
    );
  });

  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const digest = sha256(Buffer.from('x'));
  test.each([
    ['zero and zero', '3006020100020100'],
    ['the order for r', '3026022100ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551020101'],
    ['negative numbers', '3006020181020181'],
    ['nothing', ''],
    ['one number', '3003020101'],
    ['a tail', '300602010102010100'],
  ])('of %s is none', (_name, hex) => {
    expect(verifyDigestWithKey(pair.publicKey, digest, Buffer.from(hex, 'hex'))).toBe(false);
  });

  test('by a key that signs bytes alone is none', () => {
    const ed25519 = generateKeyPairSync('ed25519');
    expect(verifyDigestWithKey(ed25519.publicKey, digest, sign(null, digest, ed25519.privateKey))).toBe(false);
  });

  test('whatever bytes it is given, verifying never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => expect(verifyDigestWithKey(pair.publicKey, digest, bytes)).toBe(false)),
    );
  });
});
