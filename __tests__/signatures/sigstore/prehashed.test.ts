import { createECDH, createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { ed25519ph } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { verifyWithKey } from '../../../src/signatures/key.js';
import { verifyDigestWithKey, verifyEd25519ph } from '../../../src/signatures/sigstore/prehashed.js';
import { isSignedBy, preAuthEncoding } from '../../../src/signatures/sigstore/signed-content.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

describe('an Ed25519 signature over a hash', () => {
  /** @see https://www.rfc-editor.org/rfc/rfc8032#section-7.3 the test vector of Ed25519ph */
  const rfc = {
    key: 'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    signature:
      '98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406',
  };
  const keyOf = (hex: string) =>
    createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(hex, 'hex').toString('base64url') },
      format: 'jwk',
    });
  const signature = Buffer.from(rfc.signature, 'hex');
  const own = ed25519ph.keygen(new Uint8Array(32).fill(7));
  const key = keyOf(Buffer.from(own.publicKey).toString('hex'));

  test('of RFC 8032 holds over its message alone', () => {
    expect(verifyEd25519ph(keyOf(rfc.key), Buffer.from('abc'), signature)).toBe(true);
    expect(verifyEd25519ph(keyOf(rfc.key), Buffer.from('abd'), signature)).toBe(false);
    expect(verifyEd25519ph(key, Buffer.from('abc'), signature)).toBe(false);
  });

  test('holds for a message, and not for an envelope', () => {
    const message = Buffer.from('a payload');
    const made = Buffer.from(ed25519ph.sign(message, own.secretKey));
    expect(isSignedBy({ kind: 'message', message, signature: made }, key)).toBe(true);
    const pae = preAuthEncoding('a', message);
    const signed = Buffer.from(ed25519ph.sign(pae, own.secretKey));
    expect(isSignedBy({ kind: 'envelope', payloadType: 'a', payload: message, signature: signed }, key)).toBe(false);
  });

  test('of another kind of key, or of no form, is none', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(verifyEd25519ph(publicKey, Buffer.from('abc'), signature)).toBe(false);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(verifyEd25519ph(key, Buffer.from('abc'), bytes)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

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
      { numRuns: 4 },
    );
  });

  test.each(['P-521', 'secp256k1'])('by a key on %s is none, however sound', (namedCurve) => {
    const own = generateKeyPairSync('ec', { namedCurve });
    const message = Buffer.from('x');
    expect(verifyDigestWithKey(own.publicKey, sha256(message), sign('sha256', message, own.privateKey))).toBe(false);
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

/**
 * Signatures with a second number of one's choice. Where the nonce is the private key itself, the first number is the
 * x of the public key, and the digest that such a signature is over follows: s = (digest + r·d) / d.
 */
describe('a signature of two numbers', () => {
  const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', d = '' } = privateKey.export({ format: 'jwk' });
  const number = (base64url: string) => BigInt(`0x${Buffer.from(base64url, 'base64url').toString('hex')}`);
  const R = number(x) % N;
  const HIGH = 0x80n << 248n;

  function hexOf(value: bigint): string {
    const hex = value.toString(16);
    return hex.length % 2 === 0 ? hex : `0${hex}`;
  }
  const withLength = (tag: string, hex: string) => `${tag}${hexOf(BigInt(hex.length / 2))}${hex}`;
  const integer = (value: bigint) =>
    withLength('02', /^[89a-f]/.test(hexOf(value)) ? `00${hexOf(value)}` : hexOf(value));
  const sequence = (...integers: readonly string[]) => withLength('30', integers.join(''));
  /** The digest that is this number of the order. */
  const digestOf = (value: bigint) => Buffer.from((((value % N) + N) % N).toString(16).padStart(64, '0'), 'hex');
  /** Whether the signature is over the digest that the right one with this `s` is over. */
  function verifies(hex: string, s: bigint): boolean {
    return verifyDigestWithKey(publicKey, digestOf((s - R) * number(d)), Buffer.from(hex, 'hex'));
  }

  test.each([
    ['1', 1n],
    ['the last below the order', N - 1n],
    ['one with its first bit set', HIGH],
    ['one of 31 bytes', 0x7fn << 240n],
    ['one of 31 bytes with its first bit set', 0x80n << 240n],
  ])('holds with %s', (_name, s) => {
    expect(verifies(sequence(integer(R), integer(s)), s)).toBe(true);
    expect(verifies(sequence(integer(R), integer(s)), s + 1n)).toBe(false);
    expect(verifies(sequence(integer(s), integer(R)), s)).toBe(false);
  });

  const bent: readonly [string, string, bigint][] = [
    ['0 for s', sequence(integer(R), '020100'), 0n],
    ['the order for s', sequence(integer(R), integer(N)), 0n],
    ['the order added to s', sequence(integer(R), integer(N + 5n)), 5n],
    ['the order added to r', sequence(integer(R + N), integer(5n)), 5n],
    ['a set', withLength('31', `${integer(R)}${integer(5n)}`), 5n],
    ['a length that is longer', sequence(integer(R), integer(5n)).replace(/^30(..)/, '30ff'), 5n],
    ['a length of two bytes', sequence(integer(R), integer(5n)).replace(/^30/, '3081'), 5n],
    ['a byte after the sequence', `${sequence(integer(R), integer(5n))}00`, 5n],
    ['a byte after the numbers', sequence(integer(R), integer(5n), '00'), 5n],
    ['a third number', sequence(integer(R), integer(5n), integer(1n)), 5n],
    ['an octet string for r', sequence(integer(R).replace(/^02/, '04'), integer(5n)), 5n],
    ['an octet string for s', sequence(integer(R), '040105'), 5n],
    ['a number that breaks off', sequence(integer(R), '020205'), 5n],
    ['a number of no bytes', sequence(integer(R), '0200'), 0n],
    ['a number that is negative by its first bit', sequence(integer(R), withLength('02', hexOf(HIGH))), HIGH],
    ['a number with a zero before it that says nothing', sequence(integer(R), '02020005'), 5n],
    ['a number with a zero before it and seven bits', sequence(integer(R), '0202007f'), 0x7fn],
    ['zeros until the length takes another byte', sequence(integer(R), withLength('02', '05'.padStart(192, '0'))), 5n],
  ];
  test.each(bent)('is none with %s', (_name, hex, s) => {
    expect(verifies(hex, s)).toBe(false);
  });

  test('whose points are opposite is none: they cancel each other, and are not doubled', () => {
    const twice = createECDH('prime256v1');
    twice.setPrivateKey(hexOf((2n * number(d)) % N).padStart(64, '0'), 'hex');
    const r = BigInt(`0x${twice.getPublicKey('hex').slice(2, 66)}`) % N;
    // Where s is r, the key's own point is added, here to its opposite.
    const signature = Buffer.from(sequence(integer(r), integer(r)), 'hex');
    expect(verifyDigestWithKey(publicKey, digestOf(-number(d) * r), signature)).toBe(false);
  });

  test('in any other encoding is none by node:crypto either', () => {
    const message = Buffer.from('x');
    const raw = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('hex');
    const [r, s] = [BigInt(`0x${raw.slice(0, 64)}`), BigInt(`0x${raw.slice(64)}`)];
    const longer = withLength('02', hexOf(s).padStart(68, '0'));
    for (const [hex, holds] of [
      [sequence(integer(r), integer(s)), true],
      [sequence(integer(r), longer), false],
      [sequence(integer(r), integer(s + N)), false],
    ] as const) {
      const signature = Buffer.from(hex, 'hex');
      expect(verifyWithKey(publicKey, message, signature)).toBe(holds);
      expect(verifyDigestWithKey(publicKey, sha256(message), signature)).toBe(holds);
    }
  });
});
