import { createHash, createPublicKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { bindLogEntry, type EntrySigner } from '../../../src/signatures/sigstore/rekor-entry.js';
import { preAuthEncoding, type SignedContent } from '../../../src/signatures/sigstore/signed-content.js';
import { certificatePem, keylessSigner } from '../../support/signing/signer-identity.js';
import { makeSigstore } from '../../support/signing/sigstore-trust.js';

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [own, untrusted] = [pair(), pair()];
const spki = (key: typeof own) => key.publicKey.export({ type: 'spki', format: 'der' });
const pem = (key: typeof own) => key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64');
const hashOf = (bytes: Uint8Array, algorithm = 'sha256') => createHash(algorithm).update(bytes).digest();
const hashed = (bytes: Uint8Array, algorithm = 'sha256') => ({
  algorithm,
  value: hashOf(bytes, algorithm).toString('hex'),
});

const message = Buffer.from('a simple signing payload');
const payload = Buffer.from('{"_type":"a statement"}');
const payloadType = 'application/vnd.in-toto+json';
const stored = Buffer.from('{"the":"envelope"}');
const signedMessage: SignedContent = { kind: 'message', message, signature: sign('sha256', message, own.privateKey) };
const envelope: SignedContent = {
  kind: 'envelope',
  payloadType,
  payload,
  stored,
  signature: sign('sha256', preAuthEncoding(payloadType, payload), own.privateKey),
};
const ME: EntrySigner = { kind: 'key', spki: spki(own) };
const [, other] = [own, sign('sha256', Buffer.from('something else'), own.privateKey)];

/** What the log holds of a signature, of each kind; every part of it can be another's. */
interface Parts {
  readonly signature: Buffer;
  readonly signed: Buffer;
  readonly key: typeof own;
}
const verifierOf = (key: typeof own) => ({ publicKey: { rawBytes: base64(spki(key)) } });
const KINDS: readonly (readonly [kind: string, content: SignedContent, spec: (parts: Parts) => object])[] = [
  [
    'hashedrekord 0.0.1',
    signedMessage,
    ({ signature, signed, key }) => ({
      data: { hash: hashed(signed) },
      signature: { content: base64(signature), publicKey: { content: base64(pem(key)) } },
    }),
  ],
  [
    'dsse 0.0.1',
    envelope,
    ({ signature, signed, key }) => ({
      payloadHash: hashed(signed),
      signatures: [{ signature: base64(signature), verifier: base64(pem(key)) }],
    }),
  ],
  [
    'intoto 0.0.2',
    envelope,
    ({ signature, signed, key }) => ({
      content: {
        payloadHash: hashed(signed),
        envelope: { signatures: [{ sig: base64(base64(signature)), publicKey: base64(pem(key)) }] },
      },
    }),
  ],
  [
    'hashedrekord 0.0.2',
    signedMessage,
    ({ signature, signed, key }) => ({
      hashedRekordV002: {
        data: { digest: base64(hashOf(signed)) },
        signature: { content: base64(signature), verifier: verifierOf(key) },
      },
    }),
  ],
  [
    'dsse 0.0.2',
    envelope,
    ({ signature, signed, key }) => ({
      dsseV002: {
        payloadHash: { digest: base64(hashOf(signed)) },
        signatures: [{ content: base64(signature), verifier: verifierOf(key) }],
      },
    }),
  ],
];

function bodyOf(kindAndVersion: string, spec: object): Buffer {
  const [kind, apiVersion] = kindAndVersion.split(' ');
  return Buffer.from(JSON.stringify({ kind, apiVersion, spec }));
}

const codeOf = (answer: ReturnType<typeof bindLogEntry>) => (answer.ok ? 'bound' : answer.error.code);

describe.each(KINDS)('an entry of kind %s', (kind, content, spec) => {
  const signed = content.kind === 'envelope' ? payload : message;
  const parts: Parts = { signature: content.signature, signed, key: own };
  const bind = (changes: Partial<Parts>, signer: EntrySigner = ME) =>
    bindLogEntry(bodyOf(kind, spec({ ...parts, ...changes })), content, signer);

  test('is bound to the signature it was made for', () => {
    expect(bind({})).toEqual({ ok: true, value: { kind } });
  });

  test('is not another signature’s, another artifact’s or another signer’s', () => {
    const reason = (answer: ReturnType<typeof bindLogEntry>) => (answer.ok ? '' : answer.error.reason);
    expect(reason(bind({ signature: other }))).toContain('another signature');
    expect(reason(bind({ signed: Buffer.from('another') }))).toContain('another artifact');
    expect(reason(bind({ key: untrusted }))).toContain('another key');
    expect(codeOf(bind({}, { kind: 'key', spki: spki(untrusted) }))).toBe('other-log-entry');
    expect(codeOf(bind({}, { kind: 'certificate', der: spki(own) }))).toBe('other-log-entry');
  });

  test('that is not as its kind says can’t be read', () => {
    expect(codeOf(bindLogEntry(bodyOf(kind, {}), content, ME))).toBe('malformed');
    const text = JSON.stringify(spec(parts));
    for (const bent of [text.replaceAll('=', ''), text.replaceAll(/[A-Za-z0-9+/]{20,}={0,2}/g, '')]) {
      if (bent === text) continue;
      const answer = bindLogEntry(bodyOf(kind, JSON.parse(bent)), content, ME);
      expect(codeOf(answer)).toBe('malformed');
    }
  });

  test('with no signature, or with two, is of none', () => {
    const text = JSON.stringify(spec(parts));
    const list = /"signatures":\[(.*)\]/.exec(text)?.[1];
    if (list === undefined) return;
    for (const signatures of ['', `${list},${list}`]) {
      const bent: object = JSON.parse(text.replace(`[${list}]`, `[${signatures}]`));
      expect(codeOf(bindLogEntry(bodyOf(kind, bent), content, ME))).toBe('malformed');
    }
  });
});

describe('an entry of kind intoto 0.0.1', () => {
  const spec = (envelopeHash: Buffer, payloadHash?: Buffer, key = own) => ({
    content: { hash: hashed(envelopeHash), ...(payloadHash === undefined ? {} : { payloadHash: hashed(payloadHash) }) },
    publicKey: base64(pem(key)),
  });
  const bind = (made: object) => codeOf(bindLogEntry(bodyOf('intoto 0.0.1', made), envelope, ME));

  test('is bound by the hash of the envelope, which holds the signature, and of the payload where it has one', () => {
    expect(bind(spec(stored))).toBe('bound');
    expect(bind(spec(stored, payload))).toBe('bound');
    expect(bind(spec(payload))).toBe('other-log-entry');
    expect(bind(spec(stored, stored))).toBe('other-log-entry');
    expect(bind(spec(stored, payload, untrusted))).toBe('other-log-entry');
    expect(bind({})).toBe('malformed');
  });
});

describe('a certificate in an entry', () => {
  let der: Buffer;
  let another: Buffer;
  beforeAll(async () => {
    const sigstore = await makeSigstore();
    const certificates = [await keylessSigner(sigstore), await keylessSigner(sigstore)];
    const [first, second] = certificates.map(({ certificate }) => certificate);
    if (first === undefined || second === undefined) throw new Error('keyless signers have certificates');
    [der, another] = [first, second];
  });

  const classic = (text: string) => ({
    data: { hash: hashed(message) },
    signature: { content: base64(signedMessage.signature), publicKey: { content: base64(text) } },
  });
  const ofTheNewLog = (rawBytes: Buffer) => ({
    hashedRekordV002: {
      data: { digest: base64(hashOf(message)) },
      signature: {
        content: base64(signedMessage.signature),
        verifier: { x509Certificate: { rawBytes: base64(rawBytes) } },
      },
    },
  });
  const bind = (kind: string, spec: object, signer: EntrySigner) =>
    codeOf(bindLogEntry(bodyOf(kind, spec), signedMessage, signer));

  test('is that very certificate', () => {
    const mine: EntrySigner = { kind: 'certificate', der };
    expect(bind('hashedrekord 0.0.1', classic(certificatePem(der)), mine)).toBe('bound');
    expect(bind('hashedrekord 0.0.2', ofTheNewLog(der), mine)).toBe('bound');
    expect(bind('hashedrekord 0.0.1', classic(certificatePem(another)), mine)).toBe('other-log-entry');
    expect(bind('hashedrekord 0.0.2', ofTheNewLog(another), mine)).toBe('other-log-entry');
  });

  test('is not its bare key, nor the other way round', () => {
    const key = new X509Certificate(der).publicKey;
    const bare = key.export({ type: 'spki', format: 'pem' }).toString();
    expect(bind('hashedrekord 0.0.1', classic(bare), { kind: 'certificate', der })).toBe('other-log-entry');
    const asKey: EntrySigner = { kind: 'key', spki: createPublicKey(bare).export({ type: 'spki', format: 'der' }) };
    expect(bind('hashedrekord 0.0.1', classic(bare), asKey)).toBe('bound');
    expect(bind('hashedrekord 0.0.1', classic(certificatePem(der)), asKey)).toBe('other-log-entry');
  });

  test.each(['nonsense', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
    'that is none can’t be read: %j',
    (text) => {
      expect(bind('hashedrekord 0.0.1', classic(text), { kind: 'certificate', der })).toBe('malformed');
    },
  );
});

describe('the body of an entry', () => {
  test.each([
    ['no JSON', 'nonsense', 'malformed'],
    ['no kind', '{"apiVersion":"0.0.1","spec":{}}', 'malformed'],
    ['no version', '{"kind":"dsse","spec":{}}', 'malformed'],
    ['an endless kind', JSON.stringify({ kind: 'x'.repeat(41), apiVersion: '0.0.1' }), 'malformed'],
    ['an endless version', JSON.stringify({ kind: 'x', apiVersion: '0'.repeat(41) }), 'malformed'],
    ['another kind', JSON.stringify({ kind: 'x'.repeat(40), apiVersion: '0'.repeat(40) }), 'unsupported'],
    ['another version', '{"kind":"dsse","apiVersion":"0.0.3","spec":{}}', 'unsupported'],
  ])('that has %s is refused', (_what, text, code) => {
    expect(codeOf(bindLogEntry(Buffer.from(text), signedMessage, ME))).toBe(code);
  });

  test.each(['sha384', 'sha512'])('may have hashed with %s', (algorithm) => {
    const spec = (value: string) => ({
      data: { hash: { algorithm, value } },
      signature: { content: base64(signedMessage.signature), publicKey: { content: base64(pem(own)) } },
    });
    const bind = (value: string) => codeOf(bindLogEntry(bodyOf('hashedrekord 0.0.1', spec(value)), signedMessage, ME));
    const { value } = hashed(message, algorithm);
    expect(bind(value)).toBe('bound');
    expect(bind(value.toUpperCase())).toBe('malformed');
    expect(bind(`x${value}`)).toBe('malformed');
    expect(bind(`${value}00`)).toBe('malformed');
  });
});
