import { expect, test } from '@jest/globals';
import { describeAuthority } from '../../src/signatures/authority.js';
import { readSignature } from '../../src/signatures/image-signature.js';
import type { SignedContent } from '../../src/signatures/sigstore/signed-content.js';
import type { SignedMaterial } from '../../src/signatures/sigstore/signed-material.js';
import { inTotoStatement, simpleSigningPayload } from '../support/signing/sigstore-forms.js';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const OTHER = `sha256:${'cd'.repeat(32)}`;
const signature = Buffer.from('a signature');
const message = (digest: string): SignedContent => ({
  kind: 'message',
  message: simpleSigningPayload(digest),
  signature,
});
const envelope = (predicateType: string, payloadType = 'application/vnd.in-toto+json'): SignedContent => ({
  kind: 'envelope',
  payloadType,
  payload: inTotoStatement(DIGEST, predicateType),
  signature,
});
const SIGN = 'https://sigstore.dev/cosign/sign/v1';

function says(content: SignedContent, form: SignedMaterial['form'], digest = DIGEST) {
  const read = readSignature({ content, entries: [], timestamps: [], form }, digest);
  return read.ok ? read.value : read.error.code;
}

test.each([
  ['a payload about the image', message(DIGEST), 'cosign', 'cosign signature'],
  ['a payload about another', message(OTHER), 'cosign', 'wrong-subject'],
  ['a file', { kind: 'digest', digest: Buffer.alloc(32), signature }, 'bundle', 'wrong-type'],
  ['a statement in a bundle', envelope(SIGN), 'bundle', 'Sigstore bundle'],
  ['a statement in the classic form', envelope(SIGN), 'cosign', 'wrong-type'],
  ['an attestation', envelope('https://spdx.dev/Document'), 'bundle', null],
  ['an envelope of another type', envelope(SIGN, 'text/plain'), 'bundle', 'wrong-type'],
] as const)('a signature over %s is %#', (_what, content, form, expected) => {
  expect(says(content, form)).toBe(expected);
});

test('a statement about another image signs none', () => {
  expect(says(envelope(SIGN), 'bundle', OTHER)).toBe('wrong-subject');
  expect(says(envelope('https://spdx.dev/Document'), 'bundle', OTHER)).toBe('wrong-subject');
});

test('an authority is described as the policy’s reader knows it', () => {
  expect(describeAuthority({ kind: 'keyless', subject: 's', issuer: 'i' })).toBe('s (issuer i)');
  expect(describeAuthority({ kind: 'key', name: 'base.pub', pem: '', log: 'required' })).toBe('the key base.pub');
  expect(describeAuthority({ kind: 'kms', uri: 'awskms://a' })).toBe('the key awskms://a');
});
