import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { beginsLikeKeyFile, readKeyFile } from '../../../src/image-content/secrets/key-files.js';
import { der, javaKeyStore, openEnded, pkcs12 } from '../../support/signing/key-stores.js';

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ED25519 = generateKeyPairSync('ed25519');

/** What the scanner does: the beginning decides whether the rest is kept. */
const evaluated = (bytes: Uint8Array) => (beginsLikeKeyFile(bytes.subarray(0, 64)) ? readKeyFile(bytes) : null);
const kindOf = (bytes: Uint8Array) => evaluated(bytes)?.kind;

describe('private keys in DER', () => {
  test.each([
    ['PKCS #8, RSA', RSA.privateKey.export({ type: 'pkcs8', format: 'der' }), 'private key (DER, PKCS #8)'],
    ['PKCS #1', RSA.privateKey.export({ type: 'pkcs1', format: 'der' }), 'RSA private key (DER)'],
    ['PKCS #8, EC', EC.privateKey.export({ type: 'pkcs8', format: 'der' }), 'private key (DER, PKCS #8)'],
    ['SEC 1', EC.privateKey.export({ type: 'sec1', format: 'der' }), 'EC private key (DER)'],
    ['PKCS #8, Ed25519', ED25519.privateKey.export({ type: 'pkcs8', format: 'der' }), 'private key (DER, PKCS #8)'],
    [
      'PKCS #8, encrypted',
      RSA.privateKey.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'x' }),
      'encrypted private key (DER)',
    ],
  ])('%s is found, and with something behind it', (_, key, kind) => {
    expect(kindOf(key)).toBe(kind);
    expect(kindOf(Buffer.concat([key, Buffer.from('\n')]))).toBe(kind);
  });

  test('are found in SEC 1 without the public key, and in DSA', () => {
    expect(kindOf(der(0x30, Buffer.from([2, 1, 1]), der(4, Buffer.alloc(32, 9))))).toBe('EC private key (DER)');
    const integers = Array.from({ length: 5 }, () => der(2, Buffer.alloc(20, 7)));
    expect(kindOf(der(0x30, Buffer.from([2, 1, 0]), ...integers))).toBe('DSA private key (DER)');
  });

  test('what OpenSSL reads as a key is found', () => {
    const key = EC.privateKey.export({ type: 'sec1', format: 'der' });
    expect(createPrivateKey({ key, format: 'der', type: 'sec1' }).asymmetricKeyType).toBe('ec');
    expect(kindOf(key)).toBeDefined();
  });

  test('one that is cut short is none', () => {
    const key = RSA.privateKey.export({ type: 'pkcs8', format: 'der' });
    expect(evaluated(key.subarray(0, -1))).toBeNull();
  });
});

describe('what is public', () => {
  test.each(
    [...rootCertificates.slice(0, 60)].map((pem) => [new X509Certificate(pem).subject.split('\n').at(-1), pem]),
  )('the certificate of %s is no key', (_, pem) => {
    expect(readKeyFile(new X509Certificate(pem ?? '').raw)).toBeNull();
  });

  test('public keys are none', () => {
    for (const { publicKey } of [RSA, EC, ED25519])
      expect(readKeyFile(publicKey.export({ type: 'spki', format: 'der' }))).toBeNull();
    expect(readKeyFile(RSA.publicKey.export({ type: 'pkcs1', format: 'der' }))).toBeNull();
  });

  test('a file of text that begins with a nought is none', () => {
    for (const text of ['0', '0\n', '01234567', '0x30', '0\u0002\u0001'])
      expect(evaluated(Buffer.from(text, 'latin1'))).toBeNull();
  });
});

describe('key stores', () => {
  test.each([
    ['a key beside certificates', pkcs12([[3, 3], [1]]), 'PKCS #12 store with a private key'],
    ['as openssl writes it', pkcs12(['encrypted', [2]]), 'PKCS #12 store with a private key'],
    ['in BER, as NSS writes it', pkcs12([[3], [2]], openEnded), 'PKCS #12 store with a private key'],
    [
      'behind ten thousand certificates',
      pkcs12([[...Array.from({ length: 11_000 }, () => 3), 1]]),
      'PKCS #12 store with a private key',
    ],
    ['with a secret', pkcs12([[5]]), 'PKCS #12 store with a private key'],
    ['JKS', javaKeyStore([2, 2, 1]), 'Java key store with a private key'],
    ['JCEKS with a secret key', javaKeyStore([3], 0xcececece), 'Java key store with a private key'],
  ])('%s is found', (_, store, kind) => {
    expect(evaluated(store)).toEqual({ kind });
  });

  test.each([
    ['PKCS #12', pkcs12([[3, 3, 3]])],
    ['PKCS #12 in BER', pkcs12([[3], [3, 4]], openEnded)],
    ['JKS', javaKeyStore([2, 2])],
    ['an empty JKS', javaKeyStore([])],
    ['an empty PKCS #12', pkcs12([])],
  ])('%s with certificates alone is none', (_, store) => {
    expect(evaluated(store)).toBeNull();
  });

  test('one that is encrypted whole is reported as such', () => {
    expect(evaluated(pkcs12(['encrypted']))).toEqual({ kind: 'PKCS #12 store', isClosed: true });
  });
});

describe('hostile bytes', () => {
  test('any bytes have an answer', () => {
    const stores = [
      RSA.privateKey.export({ type: 'pkcs8', format: 'der' }),
      pkcs12([[3], [2]], openEnded),
      pkcs12([[3], 'encrypted']),
      javaKeyStore([2, 2]),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...stores),
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 }),
        fc.nat(400),
        (store, changes, cut) => {
          const bytes = Uint8Array.from(store);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          expect(() => readKeyFile(bytes.subarray(0, bytes.length - (cut % bytes.length)))).not.toThrow();
        },
      ),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readKeyFile(bytes)));
  });

  test('nesting without end, and lengths beyond the file, are none', () => {
    expect(readKeyFile(Buffer.from('3080'.repeat(100_000), 'hex'))).toBeNull();
    expect(readKeyFile(Buffer.from('3084ffffffff020100', 'hex'))).toBeNull();
    expect(readKeyFile(Buffer.from('feedfeed00000002ffffffff', 'hex'))).toBeNull();
  });
});
