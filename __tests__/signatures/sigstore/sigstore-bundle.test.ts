import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { digestOf } from '../../../src/references/digest.js';
import { type Artifact, readBundle } from '../../../src/signatures/sigstore/sigstore-bundle.js';
import { keylessSigner, keySigner, type TestSigner } from '../../support/signing/signer-identity.js';
import { envelopeBundle, inTotoStatement, type TestBundle } from '../../support/signing/sigstore-forms.js';
import { messageBundle, type TestMessageBundle } from '../../support/signing/sigstore-message-bundle.js';
import { makeSigstore } from '../../support/signing/sigstore-trust.js';

const FILE = Buffer.from('the artifact');
const SHA256 = Buffer.from(digestOf(FILE).slice('sha256:'.length), 'hex');
const OTHER_SHA256 = Buffer.alloc(32, 7);
const STATEMENT = inTotoStatement(digestOf(FILE), 'https://example.com/predicate');
const V01 = 'application/vnd.dev.sigstore.bundle+json;version=0.1';
const V02 = 'application/vnd.dev.sigstore.bundle+json;version=0.2';
const V03 = 'application/vnd.dev.sigstore.bundle+json;version=0.3';

let signer: TestSigner;
let envelope: TestBundle;
let message: TestMessageBundle;
let message384: TestMessageBundle;

beforeAll(async () => {
  const sigstore = await makeSigstore();
  const key = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-384' }), { hash: 'sha384' });
  signer = await keylessSigner(sigstore);
  envelope = await envelopeBundle(signer, STATEMENT, { sigstore, timestamp: true });
  message = await messageBundle(signer, FILE, sigstore);
  message384 = await messageBundle(key, FILE, sigstore, 'sha384');
});

const read = (bundle: unknown, artifact?: Artifact) => readBundle(Buffer.from(JSON.stringify(bundle)), artifact);
const base64 = (text = '') => Buffer.from(text, 'base64');
const refused = (code: string, reason = '') => ({
  ok: false,
  error: { code, reason: expect.stringContaining(reason) },
});

/** The bundle with other parts of its verification material; a part that is undefined is left out of the JSON. */
function withMaterial<T extends Pick<TestBundle, 'verificationMaterial'>>(bundle: T, changes: object): T {
  return { ...bundle, verificationMaterial: { ...bundle.verificationMaterial, ...changes } };
}

/** A certificate chain as v0.1 and v0.2 have it, in place of the certificate. */
function withChain(bundle: TestBundle, mediaType: string, certificates: readonly object[]): TestBundle {
  return {
    ...withMaterial(bundle, { certificate: undefined, x509CertificateChain: { certificates } }),
    mediaType,
  };
}

describe('an envelope', () => {
  test('is read with its certificate, log entry and timestamp', async () => {
    const [signature] = envelope.dsseEnvelope.signatures;
    const [timestamp] = envelope.verificationMaterial.timestampVerificationData?.rfc3161Timestamps ?? [];
    expect(await read(envelope)).toEqual({
      ok: true,
      value: {
        content: {
          kind: 'envelope',
          payloadType: 'application/vnd.in-toto+json',
          payload: STATEMENT,
          signature: base64(signature?.sig),
        },
        certificate: signer.certificate,
        entries: [expect.objectContaining({ integratedTime: expect.stringMatching(/^\d+$/) })],
        timestamps: [base64(timestamp?.signedTimestamp)],
        form: 'bundle',
      },
    });
  });

  test('by a key has no certificate, and needs neither log entry nor timestamp to be read', async () => {
    const bundle = await envelopeBundle(keySigner(generateKeyPairSync('ed25519')), STATEMENT);
    const material = await read(bundle);
    expect(material).toMatchObject({ ok: true, value: { entries: [], timestamps: [], form: 'bundle' } });
    expect(material).not.toHaveProperty('value.certificate');
  });

  test('has exactly one signature', async () => {
    const { dsseEnvelope } = envelope;
    const [signature] = dsseEnvelope.signatures;
    for (const signatures of [[], [signature, signature]])
      expect(await read({ ...envelope, dsseEnvelope: { ...dsseEnvelope, signatures } })).toEqual(refused('malformed'));
  });
});

describe('a version', () => {
  test('0.3 is read under both its names', async () => {
    expect(envelope.mediaType).not.toBe(V03);
    expect(await read({ ...envelope, mediaType: V03 })).toEqual(await read(envelope));
  });

  test.each([V01, V02])('%s has a chain, whose first certificate is the signer', async (mediaType) => {
    const leaf = { rawBytes: signer.certificate?.toString('base64') };
    const authority = { rawBytes: Buffer.from('an authority of its own').toString('base64') };
    expect(await read(withChain(envelope, mediaType, [leaf, authority]))).toEqual(await read(envelope));
    expect(await read(withChain(envelope, mediaType, []))).toEqual(refused('malformed'));
  });

  test('0.3 has no chain', async () => {
    const leaf = { rawBytes: signer.certificate?.toString('base64') };
    expect(await read(withChain(envelope, V03, [leaf]))).toEqual(refused('malformed'));
  });

  test.each([
    'application/vnd.dev.sigstore.bundle+json;version=0.4',
    'application/vnd.dev.sigstore.bundle.v0.2+json',
    'application/vnd.dev.sigstore.bundle.v0.3+json;charset=utf-8',
  ])('%s is not known', async (mediaType) => {
    expect(await read({ ...envelope, mediaType })).toEqual(refused('malformed', 'version'));
  });
});

describe("a log entry's inclusion proof", () => {
  test('proves nothing without a checkpoint, whichever entry has it', async () => {
    const [entry] = envelope.verificationMaterial.tlogEntries;
    const bare = { ...entry, inclusionProof: { ...entry?.inclusionProof, checkpoint: undefined } };
    for (const tlogEntries of [[bare], [entry, bare]])
      expect(await read({ ...withMaterial(envelope, { tlogEntries }), mediaType: V01 })).toEqual(
        refused('malformed', 'checkpoint'),
      );
  });

  test('is not asked of version 0.1, where the promise does', async () => {
    const [entry] = envelope.verificationMaterial.tlogEntries;
    const tlogEntries = [{ ...entry, inclusionProof: undefined }];
    expect(await read({ ...withMaterial(envelope, { tlogEntries }), mediaType: V01 })).toMatchObject({
      ok: true,
      value: { entries: [{ inclusionProof: undefined, inclusionPromise: expect.anything() }] },
    });
    expect(await read(withMaterial(envelope, { tlogEntries }))).toEqual(refused('malformed'));
  });
});

describe('a signature over a file', () => {
  test('is over the bytes that are given, with the hash that the bundle shows', async () => {
    for (const [bundle, hash] of [[message, 'sha256'] as const, [message384, 'sha384'] as const])
      expect(await read(bundle, { bytes: FILE })).toMatchObject({
        ok: true,
        value: {
          content: { kind: 'message', message: FILE, signature: base64(bundle.messageSignature.signature), hash },
        },
      });
  });

  test('is over no other bytes', async () => {
    for (const bundle of [message, message384])
      expect(await read(bundle, { bytes: Buffer.from('another artifact') })).toEqual(refused('wrong-subject'));
  });

  test('is over the digest that is given in place of the bytes, and over no other', async () => {
    expect(await read(message, { sha256: SHA256 })).toMatchObject({
      ok: true,
      value: {
        content: { kind: 'digest', digest: SHA256, signature: base64(message.messageSignature.signature) },
        certificate: signer.certificate,
      },
    });
    expect(await read(message, { sha256: OTHER_SHA256 })).toEqual(refused('wrong-subject'));
    expect(await read(message, { sha256: SHA256.subarray(1) })).toEqual(refused('wrong-subject'));
  });

  test('with another hash is not evaluated by a SHA-256 digest, even where the digests are equal', async () => {
    expect(await read(message384, { sha256: SHA256 })).toEqual(refused('malformed', 'sha384'));
    const { messageSignature } = message;
    const digest = { ...messageSignature.messageDigest, algorithm: 'SHA2_512' };
    const bent = { ...message, messageSignature: { ...messageSignature, messageDigest: digest } };
    expect(await read(bent, { sha256: SHA256 })).toEqual(refused('malformed', 'sha512'));
  });

  test.each(['SHA3_256', 'HASH_ALGORITHM_UNSPECIFIED'])('with %s is not one of SHA-2', async (algorithm) => {
    const { messageSignature } = message;
    const digest = { ...messageSignature.messageDigest, algorithm };
    const bent = { ...message, messageSignature: { ...messageSignature, messageDigest: digest } };
    for (const artifact of [{ sha256: SHA256 }, { bytes: FILE }])
      expect(await read(bent, artifact)).toEqual(refused('malformed', 'SHA-256'));
  });

  test('is none over an image, which is reported by no bytes of a file', async () => {
    expect(await read(message)).toEqual(refused('wrong-type'));
  });
});

describe('what is no bundle', () => {
  const limit = 96 * 1024 * 1024;

  test('is refused with what is wrong with it', async () => {
    expect(await readBundle(Buffer.from('{'))).toEqual(refused('malformed', 'JSON'));
    expect(await readBundle(Buffer.from('{"mediaType":1,"mediaType":2}'))).toEqual(refused('malformed', 'twice'));
    expect(await read({ ...envelope, mediaType: 'text/plain' })).toEqual(refused('malformed', 'invalid'));
  });

  test('may be as large as a registry answers, and no larger', async () => {
    // Every byte of it is wrong, so that no more than the first is looked at.
    const bytes = Buffer.alloc(limit + 1, 0xff);
    expect(await readBundle(bytes)).toEqual(refused('limit'));
    expect(await readBundle(bytes.subarray(1))).toEqual(refused('malformed'));
  });
});
