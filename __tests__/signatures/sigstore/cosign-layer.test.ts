import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readAttestationLayer, readSignatureLayer } from '../../../src/signatures/sigstore/cosign-layer.js';
import { certificatePem, keylessSigner, keySigner, type TestSigner } from '../../support/signing/signer-identity.js';
import {
  classicAttestation,
  classicSignature,
  IN_TOTO,
  inTotoStatement,
  type MadeLayer,
  simpleSigningPayload,
} from '../../support/signing/sigstore-forms.js';
import { makeSigstore } from '../../support/signing/sigstore-trust.js';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const STATEMENT = inTotoStatement(DIGEST, 'https://spdx.dev/Document');

const SIGNATURE = 'dev.cosignproject.cosign/signature';
const CERTIFICATE = 'dev.sigstore.cosign/certificate';
const BUNDLE = 'dev.sigstore.cosign/bundle';
const TIMESTAMP = 'dev.sigstore.cosign/rfc3161timestamp';
const MAX_ANNOTATION = 512 * 1024;

let signer: TestSigner;
let signature: MadeLayer;
let attestation: MadeLayer;
let byKey: MadeLayer;

beforeAll(async () => {
  const sigstore = await makeSigstore();
  const options = { sigstore, timestamp: true };
  signer = await keylessSigner(sigstore);
  signature = await classicSignature(signer, simpleSigningPayload(DIGEST), options);
  attestation = await classicAttestation(signer, STATEMENT, options);
  byKey = await classicSignature(keySigner(generateKeyPairSync('ed25519')), simpleSigningPayload(DIGEST));
});

/** What a test changes in the annotation of the log entry. */
type LogBundle = { SignedEntryTimestamp: unknown; Payload: Record<string, unknown> };

function logBundle(bend: (bundle: LogBundle) => void = () => {}): string {
  // What the maker of the layer wrote is read back.
  const bundle = JSON.parse(signature.annotations[BUNDLE] ?? '') as LogBundle;
  bend(bundle);
  return JSON.stringify(bundle);
}

function readSignature(changes: Readonly<Record<string, string>> = {}) {
  return readSignatureLayer(signature.content, { ...signature.annotations, ...changes });
}

function readAttestation(changes: Readonly<Record<string, unknown>> = {}) {
  const envelope = { ...JSON.parse(attestation.content.toString()), ...changes };
  return readAttestationLayer(Buffer.from(JSON.stringify(envelope)), attestation.annotations);
}

const refused = (code: string, reason: string) => ({
  ok: false,
  error: { code, reason: expect.stringContaining(reason) },
});

describe('a signature layer', () => {
  test('gives what was signed, who says to have signed it, when, and where it was logged', () => {
    const { Payload } = JSON.parse(logBundle());
    expect(readSignature()).toEqual({
      ok: true,
      value: {
        form: 'cosign',
        content: {
          kind: 'message',
          message: signature.content,
          signature: Buffer.from(signature.annotations[SIGNATURE] ?? '', 'base64'),
        },
        certificate: signer.certificate,
        entries: [
          {
            logIndex: String(Payload.logIndex),
            logId: { keyId: Buffer.from(Payload.logID, 'hex') },
            kindVersion: { kind: 'hashedrekord', version: '0.0.1' },
            integratedTime: String(Payload.integratedTime),
            inclusionPromise: { signedEntryTimestamp: expect.any(Buffer) },
            inclusionProof: undefined,
            canonicalizedBody: Buffer.from(Payload.body, 'base64'),
          },
        ],
        timestamps: [Buffer.from(JSON.parse(signature.annotations[TIMESTAMP] ?? '').SignedRFC3161Timestamp, 'base64')],
      },
    });
  });

  test('by a key has no certificate, no log entry and no time', () => {
    const read = readSignatureLayer(byKey.content, byKey.annotations);
    expect(read).toMatchObject({ ok: true, value: { entries: [], timestamps: [] } });
    expect(read.ok && Object.keys(read.value)).not.toContain('certificate');
  });

  test.each([undefined, ''])('without a signature (%j) is none', (text) => {
    const { [SIGNATURE]: _, ...others } = signature.annotations;
    const annotations = text === undefined ? others : { ...others, [SIGNATURE]: text };
    expect(readSignatureLayer(signature.content, annotations)).toMatchObject(refused('malformed', SIGNATURE));
  });
});

describe('an attestation layer', () => {
  test('gives the signed payload with its type, and the envelope as it was stored', () => {
    const { signatures } = JSON.parse(attestation.content.toString());
    expect(readAttestation()).toMatchObject({
      ok: true,
      value: {
        form: 'cosign',
        content: {
          kind: 'envelope',
          payloadType: IN_TOTO,
          payload: STATEMENT,
          signature: Buffer.from(signatures[0].sig, 'base64'),
          stored: attestation.content,
        },
        certificate: signer.certificate,
        entries: [{ kindVersion: { kind: 'dsse', version: '0.0.1' } }],
        timestamps: [expect.any(Buffer)],
      },
    });
  });

  test('that is no JSON says so', () => {
    expect(readAttestationLayer(Buffer.from('spdx'), {})).toMatchObject(refused('malformed', 'not JSON'));
  });

  test.each([
    ['no signature', { signatures: [] }],
    [
      'two signatures, of which either may be the one another program reads',
      { signatures: [{ sig: 'AAAA' }, { sig: 'BBBB' }] },
    ],
    ['an empty signature', { signatures: [{ sig: '' }] }],
    ['an empty payload', { payload: '' }],
    ['no payload type', { payloadType: undefined }],
    ['an endless payload type', { payloadType: 'x'.repeat(201) }],
  ])('with %s is no envelope', (_name, changes) => {
    expect(readAttestation(changes)).toMatchObject(refused('malformed', 'envelope'));
  });

  test('may name a type of 200 characters', () => {
    expect(readAttestation({ payloadType: 'x'.repeat(200) }).ok).toBe(true);
  });
});

describe('what lies around a signature', () => {
  const bentLog = (payload: Readonly<Record<string, unknown>>) => ({
    [BUNDLE]: logBundle(({ Payload }) => void Object.assign(Payload, payload)),
  });
  const broken: readonly (readonly [string, () => Readonly<Record<string, string>>, string])[] = [
    ['a certificate that is none', () => ({ [CERTIFICATE]: 'MIIB' }), CERTIFICATE],
    ['a log entry that is no JSON', () => ({ [BUNDLE]: 'logged, honestly' }), 'not JSON'],
    ['a log entry without a body', () => ({ [BUNDLE]: logBundle(({ Payload }) => delete Payload['body']) }), BUNDLE],
    [
      'a log entry without a signed time',
      () => ({ [BUNDLE]: logBundle((bundle) => Object.assign(bundle, { SignedEntryTimestamp: '' })) }),
      BUNDLE,
    ],
    ['a log entry of a time before all logs', () => bentLog({ integratedTime: -1 }), BUNDLE],
    ['a log entry at half a place', () => bentLog({ logIndex: 0.5 }), BUNDLE],
    ['a log entry at a place that no number shows exactly', () => bentLog({ logIndex: 2 ** 53 }), BUNDLE],
    ['a log whose name goes on', () => bentLog({ logID: `${'ab'.repeat(32)}ab` }), BUNDLE],
    ['a log whose name begins otherwise', () => bentLog({ logID: `x${'ab'.repeat(32)}` }), BUNDLE],
    ['a log entry whose body is no JSON', () => bentLog({ body: 'AAAA' }), 'body'],
    ['a log entry whose body has no kind', () => bentLog({ body: Buffer.from('{}').toString('base64') }), 'body'],
    ['a timestamp that is no JSON', () => ({ [TIMESTAMP]: 'noon' }), TIMESTAMP],
    ['a timestamp that is empty', () => ({ [TIMESTAMP]: '{"SignedRFC3161Timestamp":""}' }), TIMESTAMP],
  ];

  test.each(broken)('%s makes the whole layer unreadable, rather than be left out', (_name, changes, reason) => {
    expect(readSignature(changes())).toMatchObject(refused('malformed', reason));
    const annotations = { ...attestation.annotations, ...changes() };
    expect(readAttestationLayer(attestation.content, annotations)).toMatchObject(refused('malformed', reason));
  });

  test.each([
    [BUNDLE, '', 'entries'],
    [BUNDLE, 'null', 'entries'],
    [TIMESTAMP, '', 'timestamps'],
    [TIMESTAMP, 'null', 'timestamps'],
  ])('%s is %j where the signer had none', (name, text, part) => {
    expect(readSignature({ [name]: text })).toMatchObject({ ok: true, value: { [part]: [] } });
  });

  test('an empty certificate is none', () => {
    const read = readSignature({ [CERTIFICATE]: '' });
    expect(read.ok && Object.keys(read.value)).not.toContain('certificate');
  });

  test('of several certificates the first is the signer’s', () => {
    const leaf = certificatePem(signer.certificate ?? Buffer.alloc(0));
    const read = readSignature({ [CERTIFICATE]: leaf + certificatePem(Buffer.from('issuer')) });
    expect(read).toMatchObject({ ok: true, value: { certificate: signer.certificate } });
  });

  test.each([SIGNATURE, CERTIFICATE, BUNDLE, TIMESTAMP])('%s is read up to 512 KiB', (name) => {
    const long = 'A'.repeat(MAX_ANNOTATION + 1);
    expect(readSignature({ [name]: long })).toMatchObject(refused('limit', name));
    const padded = (signature.annotations[name] ?? '').padEnd(MAX_ANNOTATION, ' ');
    expect(readSignature({ [name]: padded }).ok).toBe(true);
  });
});
