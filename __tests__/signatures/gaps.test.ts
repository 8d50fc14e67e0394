import { describe, expect, test } from '@jest/globals';
import { distinctRoots, incompleteness, kmsKeys, rootUnavailable } from '../../src/signatures/gaps.js';
import { signatureError } from '../../src/signatures/signature-error.js';
import type { TrustedRoot } from '../../src/signatures/sigstore/trusted-root.js';
import { rootOf } from '../support/process/root-of.js';
import { makeSigstore } from '../support/signing/sigstore-trust.js';

const root: TrustedRoot = await rootOf(await makeSigstore());

const failure = { cause: 'network', message: 'It timed out.', fix: 'Try again.' } as const;
const rejected = (code: 'unknown-log' | 'wrong-signer') => ({
  place: 'a@b',
  ...signatureError(code, 'it is so'),
});

describe('a search is complete', () => {
  test('unless some place did not answer', () => {
    expect(incompleteness([], [])).toBeUndefined();
    expect(incompleteness([failure, { ...failure, message: 'Later.' }], [rejected('unknown-log')])).toBe(failure);
  });

  test('unless something that was found could not be evaluated', () => {
    const open = { ...rejected('unknown-log'), incomplete: failure };
    expect(incompleteness([], [rejected('wrong-signer'), rejected('unknown-log')])).toBeUndefined();
    expect(incompleteness([], [rejected('wrong-signer'), open])).toBe(failure);
  });
});

test('a root that can’t be read leaves everything open', () => {
  expect(rootUnavailable(signatureError('malformed', 'it is torn'))).toMatchObject({
    status: 'unavailable',
    cause: 'trust-root',
    message: expect.stringContaining('it is torn'),
  });
});

test('a root is named once, with what there is to say of it', () => {
  const plain = { name: 'the test root' };
  expect(distinctRoots([])).toEqual([]);
  expect(distinctRoots([root, { ...root }, { ...root, name: 'another', note: 'It is old.' }])).toEqual([
    plain,
    { name: 'another', note: 'It is old.' },
  ]);
});

test('keys of a key management service are reported by name, and no others', () => {
  expect(
    kmsKeys([
      { kind: 'keyless', issuer: 'https://a.example', subject: 'b' },
      { kind: 'kms', uri: 'awskms://a' },
    ]),
  ).toEqual(['key management service key awskms://a']);
});
