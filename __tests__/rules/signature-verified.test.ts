import { describe, expect, test } from '@jest/globals';
import type { Evidence } from '../../src/evidence/evidence.js';
import { present } from '../../src/evidence/evidence.js';
import { evaluateSignature, signatureVerified } from '../../src/rules/signature-verified.js';
import type { ImageSignatures, VerifiedSignature } from '../../src/signatures/verified.js';
import { contentsOf } from '../support/image/contents-of.js';
import { subjectOf } from '../support/image/image-rule-subject.js';
import { allowEntry, reference } from '../support/signing/signer-context.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const RELEASE = { kind: 'keyless', issuer: 'https://issuer.example', subject: 'https://ci.example/release' } as const;
const AUDIT = { kind: 'keyless', issuer: 'https://issuer.example', subject: 'https://ci.example/audit' } as const;
const SIGNED: VerifiedSignature = {
  digest: DIGEST,
  on: 'index',
  form: 'cosign signature',
  place: 'registry.example/base:sha256-a.sig',
  authority: 'https://ci.example/release (issuer https://issuer.example)',
  authorityIndex: 0,
  signer: { ...RELEASE, run: 'https://ci.example/runs/7' },
  signedAt: '2026-11-01T12:00:00.000Z',
  timeFrom: 'transparency log',
  logged: [{ log: 'https://rekor.example', index: '42' }],
};
const NOTHING: ImageSignatures = { verified: [], rejected: [], unsupported: [], roots: [] };

function answer(signatures: Evidence<ImageSignatures>, entry = allowEntry([RELEASE])) {
  return evaluateSignature({
    verifiedBy: entry,
    reference: reference(`registry.example/base@${DIGEST}`),
    evidence: { signatures },
  });
}
const found = (value: Partial<ImageSignatures>) => present({ ...NOTHING, ...value }, 'a test');

describe('signature-verified', () => {
  test('passes by the authority’s signature, and shows when, where logged and by which run', () => {
    const result = answer(found({ verified: [SIGNED] }));
    expect(result.outcome).toBe('pass');
    expect(result.message).toContain('Signed by https://ci.example/release');
    expect(result.details?.join()).toContain(
      '2026-11-01T12:00:00.000Z, https://rekor.example index 42, run https://ci.example/runs/7',
    );
  });

  test('two signatures by one authority are one of two required', () => {
    const entry = allowEntry([RELEASE, AUDIT], { require: 2 });
    expect(answer(found({ verified: [SIGNED, SIGNED] }), entry)).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('1 of the 2 authorities'),
    });
    const both = [SIGNED, { ...SIGNED, authorityIndex: 1, signer: { ...AUDIT } }];
    const one = [SIGNED, { ...SIGNED, authorityIndex: 1 }];
    expect(answer(found({ verified: one }), entry)).toMatchObject({ outcome: 'fail' });
    expect(answer(found({ verified: both }), entry)).toMatchObject({ outcome: 'pass' });
  });

  test('a wrong signer is distinguished from none', () => {
    const signedBy = { ...RELEASE, subject: 'https://mallory.example' };
    const untrusted = { place: 'p', code: 'wrong-signer', reason: 'r', signedBy } as const;
    const reported = /signed by https:\/\/mallory\.example .*; the policy requires https:\/\/ci\.example\/release/;
    expect(answer(found({ rejected: [untrusted] }))).toMatchObject({
      outcome: 'fail',
      message: expect.stringMatching(reported),
    });
    expect(answer({ status: 'absent', lookedIn: [{ place: 'here', answer: 'none' }] })).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('is not signed'),
      details: ['here: none'],
    });
  });

  test('what could not be looked at leaves it open', () => {
    const incomplete = { cause: 'network', message: 'The registry did not answer.', fix: 'Try again.' } as const;
    const unavailable = { status: 'unavailable', ...incomplete } as const;
    expect(answer(unavailable)).toMatchObject({ outcome: 'indeterminate', fix: 'Try again.' });
    expect(answer(found({ incomplete }))).toMatchObject({ outcome: 'indeterminate' });
    expect(answer(found({ incomplete, verified: [SIGNED] }))).toMatchObject({ outcome: 'pass' });
  });

  test('a form that is not evaluated fails by its name', () => {
    const message = 'The image carries a Notary Project signature, which is not evaluated.';
    expect(answer({ status: 'unsupported', form: 'Notary Project signature', message })).toMatchObject({
      outcome: 'fail',
      message: message,
    });
  });

  test('what is no image is not asked for a signature', () => {
    const message = 'It is an artifact of type "application/helm", expected an image.';
    const unsupported = { status: 'unsupported', form: 'artifact', message } as const;
    const evidence = { image: unsupported, signatures: unsupported };
    expect(
      evaluateSignature({ verifiedBy: allowEntry([RELEASE]), reference: reference('registry.example/base'), evidence }),
    ).toMatchObject({ outcome: 'fail', message: message, fix: 'Use an image in OCI or Docker v2 schema 2 form.' });
  });

  test('an image that is one is not replaced for the form of its signature alone', async () => {
    const { image } = await contentsOf({ layers: [] });
    const signatures = { status: 'unsupported', form: 'a form', message: 'It is of a form.' } as const;
    const evidence = { image: present(image, 'a test'), signatures };
    const question = { verifiedBy: allowEntry([RELEASE]), reference: reference('registry.example/base'), evidence };
    expect(evaluateSignature(question).fix).toContain('Ask the publisher');
  });

  test('one signature that does not count is reported as one', () => {
    const rejected = [{ place: 'here', code: 'not-logged', reason: 'it is not in a transparency log' } as const];
    expect(answer(found({ rejected }))).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('one signature, which does not count because it is not in a transparency log'),
    });
  });

  test('a pin to a platform whose index is signed is reported which digest to pin', () => {
    const index = `sha256:${'b'.repeat(64)}`;
    expect(answer(found({ signedIndex: index }))).toMatchObject({
      outcome: 'fail',
      fix: `Pin the index digest ${index}.`,
    });
  });

  test('an entry without authorities fails, and one that says why it is unsigned is let through', () => {
    expect(answer(found({ verified: [] }), allowEntry([]))).toMatchObject({ outcome: 'fail' });
    const unsigned = allowEntry([], { signed: false, reason: 'built before signing' });
    expect(answer(found({}), unsigned)).toMatchObject({
      outcome: 'not-applicable',
      message: expect.stringContaining('built before signing'),
    });
  });

  test('is an error of every profile, softened only for publishers nobody can verify', () => {
    for (const { level } of Object.values(signatureVerified.presets)) expect(level).toBe('error');
    expect(signatureVerified.presets.baseline.options['unverifiable-publisher']).toBe('note');
    expect(signatureVerified.presets.hardened.options['unverifiable-publisher']).toBe('error');
  });
});

describe('the level of a failure', () => {
  const publisher = { id: 'made', name: 'Made', hardened: true, verifiable: true };

  test.each([
    ['an entry that names who signs', allowEntry([RELEASE]), null, undefined],
    ['a publisher whom the catalog can verify', null, publisher, undefined],
    ['nobody', null, null, 'note'],
    ['an entry that names nobody', allowEntry([]), null, 'note'],
    ['a publisher whom nobody can verify', null, { ...publisher, verifiable: false }, 'note'],
    [
      'an entry for a publisher whom nobody can verify',
      allowEntry([RELEASE]),
      { ...publisher, verifiable: false },
      undefined,
    ],
  ] as const)('is that of an image with %s', (_what, entry, known, atMost) => {
    const subject = { ...subjectOf({ signatures: found({}) }), verifiedBy: entry, publisher: known };
    const [result] = [signatureVerified.evaluate(subject, { 'unverifiable-publisher': 'note' })].flat();
    expect(result?.outcome).toBe('fail');
    expect(result?.atMost).toBe(atMost);
  });
});

describe('no signature', () => {
  const untrusted = (subject: string) =>
    ({ place: 'p', code: 'wrong-signer', reason: 'r', signedBy: { ...RELEASE, subject } }) as const;
  const unsigned = { status: 'absent', lookedIn: [] } as const;

  test('was collected of an image that was not looked at, which leaves it open', () => {
    const entry = allowEntry([RELEASE]);
    expect(evaluateSignature({ verifiedBy: entry, reference: reference('a/b'), evidence: {} }).outcome).toBe(
      'indeterminate',
    );
  });

  test('has an authority to count for where nobody is named; who signed is reported, each once', () => {
    const rejected = [
      untrusted('https://one.example'),
      untrusted('https://one.example'),
      { place: 'q', code: 'not-logged', reason: 'r' } as const,
    ];
    const question = { verifiedBy: null, reference: reference('a/b') };
    expect(evaluateSignature({ ...question, evidence: { signatures: found({ rejected }) } })).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('No allow entry names who signs'),
      details: ['signed by https://one.example (issuer https://issuer.example)'],
    });
    expect(evaluateSignature({ ...question, evidence: { signatures: unsigned } })).not.toHaveProperty('details');
    const nobody = evaluateSignature({ ...question, verifiedBy: allowEntry([]), evidence: { signatures: found({}) } });
    expect(nobody.message).toContain('allow[0] does not name who signs');
    expect(nobody).not.toHaveProperty('details');
  });

  test('can be verified of a publisher that the catalog knows so, which says why; of others it says nothing', () => {
    const why = 'the signature is over the attestation manifest of the index and not over the image';
    const known = { id: 'docker-build', name: "Docker's build images", hardened: false, verifiable: false };
    const question = {
      verifiedBy: null,
      reference: reference('moby/buildkit:v0.27'),
      evidence: { signatures: unsigned },
    };
    expect(evaluateSignature({ ...question, publisher: { ...known, notVerifiable: why } })).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining(`Docker's build images can't be verified by the catalog: ${why}.`),
      fix: expect.stringMatching(/^Pin the digest/),
    });
    expect(evaluateSignature({ ...question, publisher: known }).message).not.toContain('catalog');
  });

  test('is enough, even where an entry requires none', () => {
    expect(answer(found({}), allowEntry([RELEASE], { require: 0 }))).toMatchObject({ outcome: 'fail' });
  });

  test('that counts is reported with what there is', () => {
    expect(answer(found({}))).toMatchObject({
      message: expect.stringMatching(/no signature that can be evaluated\.$/),
    });
    expect(answer(found({ unsupported: ['Notary Project signature'] }))).toMatchObject({
      message: expect.stringContaining('(there is a Notary Project signature)'),
    });
    const broken = { place: 'here', code: 'not-logged', reason: 'it is in no log' } as const;
    const anonymous = { place: 'there', code: 'wrong-signer', reason: "it is an untrusted party's" } as const;
    expect(answer(found({ rejected: [anonymous, broken] }))).toMatchObject({
      message: expect.stringContaining(
        "2 signatures and none counts; the first does not because it is an untrusted party's",
      ),
      details: ["there: it is an untrusted party's", 'here: it is in no log'],
    });
    expect(answer(found({ rejected: [broken, untrusted('https://one.example')] }))).toMatchObject({
      message: expect.stringContaining('is signed by https://one.example'),
    });
    expect(answer(found({ rejected: [anonymous, untrusted('https://one.example')] }))).toMatchObject({
      message: expect.stringContaining('is signed by https://one.example'),
    });
  });

  test('by the right signer, broken otherwise, is not called an untrusted party’s', () => {
    const broken = { place: 'here', code: 'not-logged', reason: 'it is in no log', signedBy: RELEASE } as const;
    expect(answer(found({ rejected: [broken] }))).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('it is in no log'),
    });
  });

  test.each([
    ['not-logged', RELEASE, 'log: ignored'],
    ['unknown-log', RELEASE, '`trusted-root`'],
    ['unsupported', { kind: 'kms', uri: 'awskms:///alias/release' }, 'cosign public-key --key awskms:///alias/release'],
    ['unsupported', RELEASE, 'Build on an image'],
    ['bad-signature', RELEASE, 'Build on an image'],
  ] as const)('that is %s is answered with what can be done about that: %#', (code, authority, reported) => {
    const rejected = [{ place: 'p', code, reason: 'r' } as const];
    expect(answer(found({ rejected }), allowEntry([authority])).fix).toContain(reported);
  });

  test('that a KMS may check is answered for the one authority of several that is kept there', () => {
    const rejected = [{ place: 'p', code: 'unsupported', reason: 'r' } as const];
    const entry = allowEntry([RELEASE, { kind: 'kms', uri: 'awskms:///alias/release' }]);
    expect(answer(found({ rejected }), entry).fix).toContain('cosign public-key --key awskms:///alias/release');
  });

  test('on a pinned platform may be on its index', async () => {
    const { image } = await contentsOf({ layers: [] });
    const fixOf = (name: string, kind: 'manifest' | 'index') =>
      evaluateSignature({
        verifiedBy: allowEntry([RELEASE]),
        reference: reference(name),
        evidence: { signatures: unsigned, image: present({ ...image, kind }, 'a test') },
      }).fix;
    expect(fixOf(`a/b@${DIGEST}`, 'manifest')).toContain('pin the index digest');
    expect(fixOf(`a/b@${DIGEST}`, 'index')).not.toContain('pin the index digest');
    expect(fixOf('a/b:1', 'manifest')).not.toContain('pin the index digest');
  });
});

test('a signature is reported by what it is over, and by the little that is known of it', () => {
  const { signedAt: _at, ...untimed } = SIGNED;
  const key = { kind: 'key', name: 'base.pub', fingerprint: DIGEST } as const;
  const verified = [SIGNED, { ...untimed, on: 'platform', signer: key, logged: [] } as const];
  const result = answer(found({ verified }), allowEntry([RELEASE, AUDIT], { require: 2 }));
  expect(result.details?.[0]).toContain(`signed the index ${DIGEST}, 2026`);
  expect(result.details?.[1]).toBe(`the key base.pub signed the manifest ${DIGEST}`);
  const logged = ['1', '2'].map((index) => ({ log: 'https://rekor.example', index }));
  const twice = answer(found({ verified: [{ ...SIGNED, signer: RELEASE, logged }] }));
  expect(twice.details?.[0]).toMatch(/, https:\/\/rekor\.example index 1, https:\/\/rekor\.example index 2$/);
});
