import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkSimpleSigning } from '../../src/signatures/simple-signing.js';
import { readStatement } from '../../src/signatures/statement.js';
import { inTotoStatement, simpleSigningPayload } from '../support/sigstore-forms.js';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const OTHER = `sha256:${'cd'.repeat(32)}`;

describe('a simple signing payload', () => {
  test('is over exactly its digest', () => {
    expect(checkSimpleSigning(simpleSigningPayload(DIGEST), DIGEST)).toEqual({ ok: true, value: true });
    expect(checkSimpleSigning(simpleSigningPayload(DIGEST), OTHER)).toMatchObject({ error: { code: 'wrong-subject' } });
    expect(checkSimpleSigning(simpleSigningPayload(DIGEST.toUpperCase()), DIGEST)).toMatchObject({
      error: { code: 'wrong-subject' },
    });
  });

  test.each([
    [
      'a key that other programs read as "critical"',
      `{"Critical":{},"critical":${JSON.stringify(criticalOf(DIGEST))}}`,
    ],
    [
      'a second digest that Go would take',
      JSON.stringify({ critical: { ...criticalOf(OTHER), Image: { 'docker-manifest-digest': DIGEST } } }),
    ],
    [
      'critical twice',
      `{"critical":${JSON.stringify(criticalOf(OTHER))},"critical":${JSON.stringify(criticalOf(DIGEST))}}`,
    ],
    ['a prototype', `{"__proto__":{"critical":${JSON.stringify(criticalOf(DIGEST))}}}`],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['null', 'null'],
  ])('with %s is refused', (_name, text) => {
    expect(checkSimpleSigning(Buffer.from(text), DIGEST)).toMatchObject({ ok: false, error: { code: 'malformed' } });
  });

  test('longer than any real one is not read', () => {
    expect(checkSimpleSigning(Buffer.alloc(70_000, ' '), DIGEST)).toMatchObject({ error: { code: 'limit' } });
  });

  test('is never accepted by chance', () => {
    fc.assert(fc.property(fc.json(), (text) => expect(checkSimpleSigning(Buffer.from(text), DIGEST).ok).toBe(false)));
  });
});

function criticalOf(digest: string): object {
  return { image: { 'docker-manifest-digest': digest }, type: 'cosign container image signature' };
}

describe('an in-toto statement', () => {
  const statement = (changes: object) =>
    Buffer.from(
      JSON.stringify({ ...JSON.parse(inTotoStatement(DIGEST, 'https://spdx.dev/Document').toString()), ...changes }),
    );

  test('of v0.1 and v1 says its type and predicate, of any of its subjects', () => {
    for (const _type of ['https://in-toto.io/Statement/v0.1', 'https://in-toto.io/Statement/v1'])
      expect(readStatement(statement({ _type, predicate: 'a string' }), DIGEST)).toMatchObject({
        ok: true,
        value: { predicateType: 'https://spdx.dev/Document', predicate: 'a string' },
      });
    const subject = [OTHER, DIGEST].map((digest) => ({ name: digest, digest: { sha256: digest.slice(7) } }));
    expect(readStatement(statement({ subject }), DIGEST).ok).toBe(true);
  });

  test.each([
    ['no predicate type', { predicateType: undefined }, 'malformed'],
    ['no subject', { subject: [] }, 'malformed'],
    ['subjects beyond counting', { subject: Array.from({ length: 2000 }, () => ({ digest: {} })) }, 'malformed'],
    ['a subject by name', { subject: [{ name: DIGEST, digest: { sha256: '' } }] }, 'wrong-subject'],
    [
      'a subject whose digest is inherited',
      { subject: [{ digest: { __proto__: { sha256: DIGEST.slice(7) } } }] },
      'wrong-subject',
    ],
    ['another type', { _type: 'https://in-toto.io/Link/v1' }, 'malformed'],
  ])('with %s is none', (_name, changes, code) => {
    expect(readStatement(statement(changes), DIGEST)).toMatchObject({ ok: false, error: { code } });
  });

  test('with a key twice, or nested without end, is none', () => {
    const text = statement({}).toString();
    expect(readStatement(Buffer.from(text.replace('{', '{"predicateType":"x",')), DIGEST).ok).toBe(false);
    const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
    expect(readStatement(Buffer.from(text.replace('"predicate":{}', `"predicate":${deep}`)), DIGEST).ok).toBe(false);
  });

  test('whatever bytes it is given, reading never throws and never invents one', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => expect(readStatement(bytes, DIGEST).ok).toBe(false)));
  });
});
