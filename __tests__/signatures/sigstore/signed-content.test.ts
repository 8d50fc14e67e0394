import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  hasDigest,
  isDigestOf,
  isSignedBy,
  type Logged,
  preAuthEncoding,
  type SignedContent,
} from '../../../src/signatures/sigstore/signed-content.js';

const hashOf = (bytes: Uint8Array, algorithm = 'sha256') => createHash(algorithm).update(bytes).digest();
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signed = (bytes: Uint8Array) => sign('sha256', bytes, pair.privateKey);

const message = Buffer.from('a message');
const payload = Buffer.from('{}');
const type = 'application/vnd.in-toto+json';
const encoded = preAuthEncoding(type, payload);
const stored = Buffer.from('the envelope as it was stored');

const CONTENTS: readonly (readonly [string, SignedContent, Readonly<Record<Logged, Buffer | null>>])[] = [
  [
    'a message',
    { kind: 'message', message, signature: signed(message) },
    { 'signed bytes': message, payload: null, 'stored envelope': null },
  ],
  [
    'a digest',
    { kind: 'digest', digest: hashOf(message), signature: signed(message) },
    { 'signed bytes': message, payload: null, 'stored envelope': null },
  ],
  [
    'an envelope',
    { kind: 'envelope', payloadType: type, payload, signature: signed(encoded), stored },
    { 'signed bytes': encoded, payload, 'stored envelope': stored },
  ],
  [
    'an envelope of a bundle',
    { kind: 'envelope', payloadType: type, payload, signature: signed(encoded) },
    { 'signed bytes': encoded, payload, 'stored envelope': null },
  ],
];

describe.each(CONTENTS)('%s', (_name, content, parts) => {
  test('is signed by the key that signed it', () => {
    expect(isSignedBy(content, pair.publicKey)).toBe(true);
    expect(isSignedBy(content, other.publicKey)).toBe(false);
    expect(isSignedBy({ ...content, signature: signed(Buffer.from('else')) }, pair.publicKey)).toBe(false);
  });

  test('has the digests of the parts that it has, and no others', () => {
    for (const part of ['signed bytes', 'payload', 'stored envelope'] as const) {
      for (const bytes of [message, encoded, payload, stored]) {
        expect(hasDigest(content, part, hashOf(bytes))).toBe(parts[part]?.equals(bytes) ?? false);
      }
    }
  });
});

test('a signature of an envelope says of which type the payload is', () => {
  const [, , [, content]] = CONTENTS as readonly [unknown, unknown, readonly [string, SignedContent]];
  if (content.kind !== 'envelope') throw new Error('the third is an envelope');
  expect(isSignedBy({ ...content, payloadType: 'text/plain' }, pair.publicKey)).toBe(false);
  expect(preAuthEncoding('é', Buffer.from('ab')).toString()).toBe('DSSEv1 2 é 2 ab');
});

test.each(['sha256', 'sha384', 'sha512'])('a digest is known by its length: %s', (algorithm) => {
  expect(isDigestOf(hashOf(message, algorithm), message)).toBe(true);
  expect(isDigestOf(hashOf(payload, algorithm), message)).toBe(false);
});

test.each([0, 20, 31, 33, 65])('%i bytes are no digest that we take', (length) => {
  expect(isDigestOf(Buffer.alloc(length), message)).toBe(false);
  expect(isDigestOf(hashOf(message, 'sha1'), message)).toBe(false);
});
