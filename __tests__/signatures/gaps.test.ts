import { describe, expect, test } from '@jest/globals';
import { incompleteness, kmsKeys, rootNotes, rootUnavailable } from '../../src/signatures/gaps.js';
import { signatureError } from '../../src/signatures/signature-error.js';
import type { TrustedRoot } from '../../src/signatures/sigstore/trusted-root.js';
import { rootOf } from '../support/process/root-of.js';
import { makeSigstore } from '../support/signing/sigstore-trust.js';

const root: TrustedRoot = await rootOf(await makeSigstore());

const failure = { cause: 'network', message: 'It timed out.', fix: 'Try again.' } as const;
const rejected = (code: 'unknown-log' | 'unknown-authority' | 'wrong-signer') => ({
  place: 'a@b',
  ...signatureError(code, 'it is so'),
});

describe('a search is complete', () => {
  test('unless some place did not answer', () => {
    expect(incompleteness([], [], root)).toBeUndefined();
    expect(incompleteness([failure, { ...failure, message: 'Later.' }], [rejected('unknown-log')], root)).toBe(failure);
  });

  test('though a log or an authority is not known, but for a root that may be outdated', () => {
    const outdated = { ...root, mayBeOutdated: true };
    const logs = [rejected('wrong-signer'), rejected('unknown-log')];
    expect(incompleteness([], logs, root)).toBeUndefined();
    expect(incompleteness([], logs, null)).toBeUndefined();
    expect(incompleteness([], [rejected('wrong-signer')], outdated)).toBeUndefined();
    expect(incompleteness([], [rejected('unknown-authority')], outdated)).toMatchObject({ cause: 'trust-root' });
    expect(incompleteness([], [rejected('unknown-authority')], root)).toBeUndefined();
    expect(incompleteness([], logs, outdated)).toMatchObject({
      cause: 'trust-root',
      message: expect.stringContaining("a@b can't be evaluated because it is so"),
    });
  });
});

test('a root that can’t be read leaves everything open', () => {
  expect(rootUnavailable(signatureError('malformed', 'it is torn'))).toMatchObject({
    status: 'unavailable',
    cause: 'trust-root',
    message: expect.stringContaining('it is torn'),
  });
});

test('a root is named with what there is to say of it', () => {
  expect(rootNotes(null)).toEqual({ notes: [] });
  expect(rootNotes({ ...root, note: 'It is old.' })).toEqual({ trustedRoot: 'the test root', notes: ['It is old.'] });
  const { note: _note, ...plain } = root;
  expect(rootNotes(plain)).toEqual({ trustedRoot: 'the test root', notes: [] });
});

test('keys of a key management service are reported by name, and no others', () => {
  expect(
    kmsKeys([
      { kind: 'keyless', issuer: 'https://a.example', subject: 'b' },
      { kind: 'kms', uri: 'awskms://a' },
    ]),
  ).toEqual(['key management service key awskms://a']);
});
