import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  type SignKeyObjectInput,
  sign,
} from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readPublicKey, verifyWithKey } from '../../src/signatures/key.js';

function pem(pair: {
  readonly publicKey: { export(options: { type: 'spki'; format: 'pem' }): string | Buffer };
}): string {
  return pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

const onCurve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });

/** An RSA key that nobody has the other half of: its length is all that is read. */
function rsaOf(bits: number) {
  const n = Buffer.alloc(bits / 8, 0xff).toString('base64url');
  return { publicKey: createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' }) };
}

/** A P-256 key with its point compressed. @see https://www.secg.org/sec1-v2.pdf section 2.3.3 */
function compressed(text: string): string {
  const der = createPublicKey(text).export({ type: 'spki', format: 'der' });
  const [x, y] = [der.subarray(27, 59), der.subarray(59)];
  const header = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex');
  return asPem(Buffer.concat([header, Buffer.from([2 + ((y.at(-1) ?? 0) & 1)]), x]));
}

/** An RSA key as one for RSASSA-PSS alone, without parameters. */
function asPss(text: string): string {
  const der = createPublicKey(text).export({ type: 'spki', format: 'der' });
  const bits = der.subarray(der.indexOf(Buffer.from('0500', 'hex')) + 2);
  const body = Buffer.concat([Buffer.from('300b06092a864886f70d01010a', 'hex'), bits]);
  return asPem(Buffer.concat([Buffer.from([0x30, 0x82, body.length >> 8, body.length & 0xff]), body]));
}

/** The same with its point in the form that has the whole point and its sign. */
function hybrid(text: string): string {
  const der = Buffer.from(createPublicKey(text).export({ type: 'spki', format: 'der' }));
  der[26] = 6 + ((der.at(-1) ?? 0) & 1);
  return asPem(der);
}

/** A key whose parameters are a name. */
function asNamed({ publicKey }: { readonly publicKey: KeyObject }): string {
  return pem({ publicKey: createPublicKey({ key: publicKey.export({ format: 'jwk' }), format: 'jwk' }) });
}

const asPem = (der: Buffer): string =>
  `-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`;

describe('the fingerprint of a key', () => {
  const ec = pem(onCurve('P-256'));
  const writtenOut = generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' });
  const plain = pem(rsa);
  const fingerprint = (text: string) => {
    const read = readPublicKey(text);
    return read.ok ? read.value.fingerprint : read.error;
  };

  test.each([
    ['a compressed point', ec, compressed(ec)],
    ['a point in the hybrid form', ec, hybrid(ec)],
    ['a curve that is written out', pem(writtenOut), asNamed(writtenOut)],
    ['RSASSA-PSS', plain, asPss(plain)],
    ['PKCS#1', plain, rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['other line ends', plain, plain.replaceAll('\n', '\r\n')],
  ])('is the same for %s', (_name, one, other) => {
    expect(fingerprint(other)).toBe(fingerprint(one));
    expect(fingerprint(one)).toMatch(/^sha256:/);
  });

  test('differs for other keys', () => {
    const keys = [
      ec,
      plain,
      pem(onCurve('P-256')),
      pem(onCurve('P-384')),
      pem(pss),
      pem(generateKeyPairSync('ed25519')),
    ];
    expect(new Set(keys.map(fingerprint)).size).toBe(keys.length);
  });
});

describe('public keys', () => {
  test.each([
    ['ECDSA P-256', () => onCurve('P-256')],
    ['ECDSA P-384', () => onCurve('P-384')],
    ['ECDSA P-521', () => onCurve('P-521')],
    ['Ed25519', () => generateKeyPairSync('ed25519')],
    ['RSA 2048', () => rsa],
    ['RSA 4096', () => rsaOf(4096)],
    ['RSA-PSS 2048', () => pss],
  ])('%s is read, with text around it as publishers write it', (description, make) => {
    const read = readPublicKey(`our key:\r\n\r\n${pem(make())}\nvalid since 2024\n`);
    expect(read).toMatchObject({
      ok: true,
      value: { description, fingerprint: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
    });
  });

  test.each([
    ['secp256k1', () => pem(onCurve('secp256k1')), 'secp256k1'],
    ['RSA of 1024 bits', () => pem(rsaOf(1024)), '1024 bits'],
    ['RSA of more than 4096 bits', () => pem(rsaOf(4104)), '4104 bits'],
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
    ['a broken key', () => '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'is not a public key'],
    ['endless text', () => ' '.repeat(20_000), 'longer than'],
  ])('%s is refused by name', (_name, make, reason) => {
    expect(readPublicKey(make())).toEqual({ ok: false, error: expect.stringContaining(reason) });
  });

  test('in the form of RSA alone is the same key', () => {
    const own = rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    expect(own).toContain('BEGIN RSA PUBLIC KEY');
    expect(readPublicKey(own)).toMatchObject({ ok: true, value: { description: 'RSA 2048' } });
    expect(readPublicKey(own)).toEqual(readPublicKey(pem(rsa)));
  });

  test('may be as long as the limit says, and no longer', () => {
    const text = pem(generateKeyPairSync('ed25519')).padEnd(16 * 1024);
    expect(readPublicKey(text)).toMatchObject({ ok: true });
    expect(readPublicKey(`${text} `)).toEqual({ ok: false, error: expect.stringContaining('longer') });
  });

  test('whatever text it is given, reading never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(typeof readPublicKey(text).ok).toBe('boolean');
        expect(readPublicKey(`-----BEGIN PUBLIC KEY-----\n${text}\n-----END PUBLIC KEY-----`).ok).toBe(false);
      }),
    );
  });

  test('a signature is over these bytes, by this key, with the hash that was reported', () => {
    const pair = onCurve('P-384');
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

describe('a signature', () => {
  const DATA = Buffer.from('what is signed');
  const OTHER = Buffer.from('something else');
  const PSS: Omit<SignKeyObjectInput, 'key'> = { padding: constants.RSA_PKCS1_PSS_PADDING };
  const HASHES = ['sha256', 'sha384', 'sha512'] as const;

  test.each([
    ['P-256', onCurve('P-256'), ['sha256']],
    ['P-384', onCurve('P-384'), ['sha256', 'sha384']],
    ['P-521', onCurve('P-521'), ['sha256', 'sha512']],
  ])('by a key on %s is over SHA-256 or the hash of the curve, unless the hash is reported', (_name, pair, own) => {
    for (const hash of HASHES) {
      const signature = sign(hash, DATA, pair.privateKey);
      expect(verifyWithKey(pair.publicKey, DATA, signature)).toBe(own.includes(hash));
      for (const reported of HASHES)
        expect(verifyWithKey(pair.publicKey, DATA, signature, reported)).toBe(reported === hash);
      expect(verifyWithKey(pair.publicKey, OTHER, signature, hash)).toBe(false);
    }
  });

  test.each([
    ['RSA, PKCS#1 v1.5', rsa, {}],
    ['RSA, PSS', rsa, PSS],
    ['a key for PSS alone', pss, PSS],
  ])('by %s is over one of the three hashes, unless the hash is reported', (_name, pair, options) => {
    for (const hash of HASHES) {
      const signature = sign(hash, DATA, { ...options, key: pair.privateKey });
      expect(verifyWithKey(pair.publicKey, DATA, signature)).toBe(true);
      for (const reported of HASHES)
        expect(verifyWithKey(pair.publicKey, DATA, signature, reported)).toBe(reported === hash);
      expect(verifyWithKey(pair.publicKey, OTHER, signature)).toBe(false);
    }
  });

  test('by a key that allows one hash is over no other', () => {
    const strict = generateKeyPairSync('rsa-pss', {
      modulusLength: 2048,
      hashAlgorithm: 'sha384',
      mgf1HashAlgorithm: 'sha384',
    });
    const signature = sign('sha384', DATA, strict.privateKey);
    expect(verifyWithKey(strict.publicKey, DATA, signature)).toBe(true);
    expect(verifyWithKey(strict.publicKey, DATA, signature, 'sha256')).toBe(false);
  });

  test('by RSA with SHA-1 is none', () => {
    expect(verifyWithKey(rsa.publicKey, DATA, sign('sha1', DATA, rsa.privateKey))).toBe(false);
  });

  test('by a key of another kind is none, however sound', () => {
    const ed448 = generateKeyPairSync('ed448');
    expect(verifyWithKey(ed448.publicKey, DATA, sign(null, DATA, ed448.privateKey))).toBe(false);
    const unknownCurve = onCurve('secp256k1');
    const signature = sign('sha256', DATA, unknownCurve.privateKey);
    expect(verifyWithKey(unknownCurve.publicKey, DATA, signature)).toBe(false);
    expect(verifyWithKey(unknownCurve.publicKey, DATA, signature, 'sha256')).toBe(false);
  });

  test('by ECDSA is in DER, and not the two numbers one after the other', () => {
    const ec = onCurve('P-256');
    const signature = sign('sha256', DATA, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
    expect(verifyWithKey(ec.publicKey, DATA, signature)).toBe(false);
  });
});
