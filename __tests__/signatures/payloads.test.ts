import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkSimpleSigning } from '../../src/signatures/image-signature.js';
import { checkPayloadType, readStatement } from '../../src/signatures/statement.js';
import { inTotoStatement, simpleSigningPayload } from '../support/signing/sigstore-forms.js';

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

  test.each([
    ['the type of another document', { type: 'atomic container signature' }, 'wrong-type'],
    ['no type', { type: undefined }, 'malformed'],
    ['no image', { image: undefined }, 'malformed'],
    ['no digest', { image: {} }, 'malformed'],
    ['a type in other letters beside it', { Type: 'x' }, 'malformed'],
    ['an identity in other letters', { Identity: {} }, 'malformed'],
    [
      'a digest in other letters beside it',
      { image: { 'docker-manifest-digest': DIGEST, 'Docker-Manifest-Digest': OTHER } },
      'malformed',
    ],
  ])('with %s is none', (_name, changes, code) => {
    expect(checkSimpleSigning(simpleSigningPayload(DIGEST, changes), DIGEST)).toMatchObject({ error: { code } });
  });

  test('may say more than is asked', () => {
    const text = JSON.stringify({ critical: { ...criticalOf(DIGEST), more: 1 }, optional: { a: 1 }, other: true });
    expect(checkSimpleSigning(Buffer.from(text), DIGEST).ok).toBe(true);
    const other = text.replace('"optional"', '"Optional"');
    expect(checkSimpleSigning(Buffer.from(other), DIGEST)).toMatchObject({ error: { code: 'malformed' } });
  });

  test('is read up to 64 KiB', () => {
    const padded = (length: number) => Buffer.from(simpleSigningPayload(DIGEST).toString().padEnd(length));
    expect(checkSimpleSigning(padded(65_536), DIGEST).ok).toBe(true);
    expect(checkSimpleSigning(padded(65_537), DIGEST)).toMatchObject({ error: { code: 'limit' } });
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

  test('shows what else it is about, each once, and by which payload it is known', () => {
    const subject = [
      { digest: { sha256: OTHER.slice(7) } },
      { digest: { sha256: DIGEST.slice(7), sha512: 'x' } },
      { digest: { sha256: OTHER.slice(7) } },
      { digest: { sha512: 'y' } },
    ];
    const bytes = statement({ subject });
    expect(readStatement(bytes, DIGEST)).toEqual({
      ok: true,
      value: {
        predicateType: 'https://spdx.dev/Document',
        predicate: {},
        payloadDigest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
        otherSubjects: [OTHER, 'sha256:none'],
      },
    });
  });

  test('about another digest says about which', () => {
    const reason = (subject: unknown) => {
      const read = readStatement(statement({ subject }), DIGEST);
      return read.ok ? '' : read.error.reason;
    };
    expect(reason([{ digest: { sha256: 'ef' } }])).toContain('is about sha256:ef, not sha256:abab');
    expect(reason([{ digest: {} }])).toContain('is about nothing, not sha256:abab');
    expect(reason([{ digest: { sha512: DIGEST.slice(7) } }])).toContain('is about sha512:abab');
  });

  test.each([
    ['a predicate type of 500 characters', { predicateType: 'x'.repeat(500) }, true],
    ['one of 501', { predicateType: 'x'.repeat(501) }, false],
    ['an empty one', { predicateType: '' }, false],
    [
      'a thousand subjects',
      { subject: [...Array(999).fill({ digest: {} }), { digest: { sha256: DIGEST.slice(7) } }] },
      true,
    ],
    [
      'a thousand and one',
      { subject: [...Array(1000).fill({ digest: {} }), { digest: { sha256: DIGEST.slice(7) } }] },
      false,
    ],
  ])('may have %s: %#', (_name, changes, isRead) => {
    expect(readStatement(statement(changes), DIGEST).ok).toBe(isRead);
  });

  test('is what an envelope’s type says it is', () => {
    expect(checkPayloadType('application/vnd.in-toto+json')).toEqual({ ok: true, value: true });
    for (const type of ['application/vnd.in-toto+json;x', 'text/plain', ''])
      expect(checkPayloadType(type)).toMatchObject({ error: { code: 'wrong-type' } });
  });

  test('that is malformed says where', () => {
    const reason = (changes: object) => {
      const read = readStatement(statement(changes), DIGEST);
      return read.ok ? '' : read.error.reason;
    };
    expect(reason({ subject: [{ digest: 3 }] })).toContain('subject.0.digest');
    const list = readStatement(Buffer.from('[]'), DIGEST);
    expect(list.ok ? '' : list.error.reason).toContain('the document');
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
