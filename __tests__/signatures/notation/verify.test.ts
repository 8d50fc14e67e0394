import { beforeAll, describe, expect, test } from '@jest/globals';
import { err, ok } from '../../../src/lib/result.js';
import type { FetchFromService } from '../../../src/signatures/format.js';
import { parseSubjectIdentity, type SubjectIdentity } from '../../../src/signatures/notation/distinguished-name.js';
import { checkTrust, type NotationTrust, proveEnvelope } from '../../../src/signatures/notation/verify.js';
import {
  asCertificates,
  type Chain,
  type EnvelopeOptions,
  encodeCbor,
  issue,
  makeChain,
  makeCose,
  makeJws,
  TARGET,
  trustIn,
} from '../../support/signing/notation-maker.js';

const NOW = new Date('2026-11-30T12:00:00Z');
const SCHEME = 'io.cncf.notary.signingScheme';
const AUTHENTIC = 'io.cncf.notary.authenticSigningTime';
const EXPIRY = 'io.cncf.notary.expiry';
const TIMESTAMP = 'io.cncf.notary.timestampSignature';
const JWS = 'application/jose+json';
const COSE = 'application/cose';
const nobody: FetchFromService = async () => err('does not answer');

let chain: Chain;
beforeAll(async () => {
  chain = await makeChain();
});

const FORMS = [
  ['JWS', JWS, makeJws],
  ['COSE', COSE, makeCose],
] as const;

async function prove(form: (typeof FORMS)[number], options: EnvelopeOptions = {}, signers = chain) {
  const [, type, make] = form;
  return proveEnvelope(await make(signers, options), type, TARGET);
}

async function trust(changes: Partial<NotationTrust> = {}, options: EnvelopeOptions = {}, signers = chain) {
  const proven = await prove(FORMS[0], options, signers);
  if (!proven.ok) return proven;
  return checkTrust(proven.value, trustIn(signers, changes), { now: NOW, fetchRevocation: nobody });
}

function refusedBy(check: string) {
  return { ok: false, error: { check } };
}

function time(form: (typeof FORMS)[number], text: string): unknown {
  return form[0] === 'JWS' ? text : new Date(text);
}

describe.each(FORMS)('an envelope in the form %s', (...form) => {
  test('is proven where its signer signed this artifact', async () => {
    expect(await prove(form)).toMatchObject({
      ok: true,
      value: { leaf: { subject: 'CN=Release,O=Acme,L=Redmond,ST=Washington,C=US' }, envelope: { form: form[0] } },
    });
  });

  test.each(['P-384', 'P-521'] as const)('is proven with a key on %s and its own algorithm', async (curve) => {
    const signers = await makeChain({ leaf: { curve } });
    const [name, label] = curve === 'P-384' ? ['ES384', -35] : ['ES512', -36];
    const right = form[0] === 'JWS' ? { alg: name } : { 1: label };
    expect(await prove(form, { header: right }, signers)).toMatchObject({ ok: true });
    expect(await prove(form, {}, signers)).toMatchObject(refusedBy('algorithm'));
  });

  test('is proven with an RSA key of 2048 bits, by RSASSA-PSS with SHA-256 alone', async () => {
    const signers = await makeChain({ leaf: { rsa: 2048 } });
    const pss = form[0] === 'JWS' ? [{ alg: 'PS256' }, { alg: 'RS256' }] : [{ 1: -37 }, { 1: -257 }];
    expect(await prove(form, { header: pss[0] ?? {} }, signers)).toMatchObject({ ok: true });
    expect(await prove(form, { header: pss[1] ?? {} }, signers)).toMatchObject(refusedBy('algorithm'));
  });

  test('is refused where the signature is of another key', async () => {
    const [leaf, ...authorities] = chain;
    const other = await issue();
    expect(
      await prove(form, { certificates: chain.map(({ der }) => der) }, [other, leaf, ...authorities]),
    ).toMatchObject(refusedBy('integrity'));
  });

  test.each([
    ['digest', { digest: `sha256:${'cd'.repeat(32)}` }],
    ['media type', { mediaType: 'application/vnd.oci.image.manifest.v1+json' }],
    ['size', { size: 1080 }],
  ])('is refused where it signs another %s', async (_what, change) => {
    expect(await prove(form, { target: { ...TARGET, ...change } })).toMatchObject(refusedBy('descriptor'));
  });

  test('is proven where the signed artifact has annotations', async () => {
    expect(await prove(form, { target: { ...TARGET, annotations: { commit: 'abc' } } })).toMatchObject({ ok: true });
  });

  test('is refused where its payload is no descriptor, or says two', async () => {
    const twice = `{"targetArtifact":${JSON.stringify({ ...TARGET, size: 1 })},"targetArtifact":${JSON.stringify(TARGET)}}`;
    for (const payload of ['{}', '[]', 'x', twice])
      expect(await prove(form, { payload: Buffer.from(payload) })).toMatchObject(refusedBy('descriptor'));
  });

  test('is refused where its payload is of another type', async () => {
    const header = form[0] === 'JWS' ? { cty: 'application/json' } : { 3: 'application/json' };
    expect(await prove(form, { header })).toMatchObject(refusedBy('envelope'));
  });

  test.each<[string, Record<string, unknown>]>([
    ['names no scheme', { [SCHEME]: undefined }],
    ['names another scheme', { [SCHEME]: 'notary.x509.other' }],
    ['names its scheme as a number', { [SCHEME]: 1 }],
    ['has no time', { 'io.cncf.notary.signingTime': undefined }],
    ['marks nothing as critical', { crit: undefined, 2: undefined }],
    ['marks an attribute as critical twice', { crit: [SCHEME, SCHEME], 2: [SCHEME, SCHEME] }],
    ['marks an absent attribute as critical', { crit: [SCHEME, 'x'], 2: [SCHEME, 'x'] }],
  ])('is refused where it %s', async (_what, header) => {
    expect(await prove(form, { header: headerOf(form, header) })).toMatchObject(refusedBy('envelope'));
  });

  test('is refused where it marks an unknown attribute as critical, and proven where it does not', async () => {
    const critical = { x: 'y', crit: [SCHEME, 'x'], 2: [SCHEME, 'x'] };
    expect(await prove(form, { header: headerOf(form, critical) })).toMatchObject(refusedBy('unknown-critical'));
    expect(await prove(form, { header: { x: 'y' } })).toMatchObject({ ok: true });
    // A timestamp is over the signature: nothing evaluates one that is signed.
    const signed = { [TIMESTAMP]: 'x', crit: [SCHEME, TIMESTAMP], 2: [SCHEME, TIMESTAMP] };
    expect(await prove(form, { header: headerOf(form, signed) })).toMatchObject(refusedBy('unknown-critical'));
  });

  test('marks its expiry as critical, and expires after it was signed', async () => {
    const crit = { crit: [SCHEME, EXPIRY], 2: [SCHEME, EXPIRY] };
    const expiring = (text: string) => ({ [EXPIRY]: time(form, text) });
    const header = (values: Record<string, unknown>) => ({ header: headerOf(form, values) });
    expect(await prove(form, header({ ...expiring('2060-01-01T00:00:00Z'), ...crit }))).toMatchObject({ ok: true });
    expect(await prove(form, header(expiring('2060-01-01T00:00:00Z')))).toMatchObject(refusedBy('envelope'));
    expect(await prove(form, header({ ...expiring('2024-06-01T00:00:00Z'), ...crit }))).toMatchObject(
      refusedBy('envelope'),
    );
  });

  test('has the one time of its scheme, critical where it is authentic', async () => {
    const authority = { [SCHEME]: 'notary.x509.signingAuthority', 'io.cncf.notary.signingTime': undefined };
    const authentic = { [AUTHENTIC]: time(form, '2024-06-01T00:00:00Z') };
    const crit = { crit: [SCHEME, AUTHENTIC], 2: [SCHEME, AUTHENTIC] };
    const header = (values: Record<string, unknown>) => ({ header: headerOf(form, values) });
    expect(await prove(form, header({ ...authority, ...authentic, ...crit }))).toMatchObject({ ok: true });
    expect(await prove(form, header({ ...authority, ...authentic }))).toMatchObject(refusedBy('envelope'));
    expect(await prove(form, header({ [SCHEME]: 'notary.x509.signingAuthority' }))).toMatchObject(
      refusedBy('envelope'),
    );
    expect(await prove(form, header(authentic))).toMatchObject(refusedBy('envelope'));
  });

  test('is refused where a time is in another form', async () => {
    for (const value of ['2024-06-01', '2024-06-01T00:00Z', 1717200000, '2024-02-30T00:00:00Z', null])
      expect(await prove(form, { header: { 'io.cncf.notary.signingTime': value } })).toMatchObject(
        refusedBy('envelope'),
      );
  });

  test('is refused where its chain is unsound, missing, or holds what is no certificate', async () => {
    const unsound = await makeChain({ intermediate: { ca: false } });
    expect(await prove(form, {}, unsound)).toMatchObject(refusedBy('chain'));
    expect(await prove(form, { certificates: [] })).toMatchObject(refusedBy('envelope'));
    expect(await prove(form, { certificates: [chain[0].der, Buffer.from('none')] })).toMatchObject(refusedBy('chain'));
    const trailing = Buffer.concat([chain[0].der, Buffer.from([0])]);
    expect(await prove(form, { certificates: [trailing, ...chain.slice(1).map(({ der }) => der)] })).toMatchObject(
      refusedBy('chain'),
    );
    expect(await prove(form, { certificates: Array.from({ length: 11 }, () => chain[0].der) })).toMatchObject(
      refusedBy('chain'),
    );
  });

  test('is refused where it is read as the other form', async () => {
    const [, type, make] = form;
    const bytes = await make(chain);
    expect(proveEnvelope(bytes, type === JWS ? COSE : JWS, TARGET)).toMatchObject(refusedBy('envelope'));
    expect(proveEnvelope(bytes, 'application/json', TARGET)).toMatchObject(refusedBy('manifest'));
  });

  test('is refused where it is larger than any envelope', () => {
    expect(proveEnvelope(Buffer.alloc(1024 * 1024 + 1), form[1], TARGET)).toMatchObject({
      error: { check: 'envelope', reason: expect.stringContaining('larger') },
    });
  });
});

function headerOf(form: (typeof FORMS)[number], values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name !== (form[0] === 'JWS' ? '2' : 'crit')));
}

describe('a JWS envelope', () => {
  const bent = async (change: (envelope: Record<string, unknown>) => unknown) => {
    const envelope: unknown = JSON.parse((await makeJws(chain)).toString());
    if (typeof envelope !== 'object' || envelope === null) throw new Error('no envelope');
    return proveEnvelope(Buffer.from(JSON.stringify(change({ ...envelope }))), JWS, TARGET);
  };

  test.each<[string, (envelope: Record<string, unknown>) => unknown]>([
    ['has a member more', (envelope) => ({ ...envelope, signatures: [] })],
    ['lacks one', ({ header: _, ...rest }) => rest],
    ['has its payload padded', (envelope) => ({ ...envelope, payload: `${String(envelope['payload'])}=` })],
    ['has blanks in its payload', (envelope) => ({ ...envelope, payload: ` ${String(envelope['payload'])}` })],
    ['is a list', (envelope) => [envelope]],
  ])('is refused where it %s', async (_what, change) => {
    expect(await bent(change)).toMatchObject(refusedBy('envelope'));
  });

  test('is refused where a member stands twice', async () => {
    const text = (await makeJws(chain)).toString().replace('{', '{"payload":"e30",');
    expect(proveEnvelope(Buffer.from(text), JWS, TARGET)).toMatchObject(refusedBy('envelope'));
  });

  test('is read by names in their own case, as far as it is not protected', async () => {
    expect(await prove(FORMS[0], { unprotected: { X5C: [] } })).toMatchObject({ ok: true });
  });
});

describe('a COSE envelope', () => {
  const parts = async () => {
    const bytes = await makeCose(chain);
    return { bytes, body: bytes.subarray(1) };
  };
  const read = (bytes: Buffer) => proveEnvelope(bytes, COSE, TARGET);

  test('is refused without its tag, under another, and where bytes follow it', async () => {
    const { bytes, body } = await parts();
    expect(read(bytes)).toMatchObject({ ok: true });
    expect(read(body)).toMatchObject(refusedBy('envelope'));
    expect(read(Buffer.concat([Buffer.from([0xd1]), body]))).toMatchObject(refusedBy('envelope'));
    expect(read(Buffer.concat([bytes, Buffer.from([0])]))).toMatchObject(refusedBy('envelope'));
  });

  test('is refused where a part is of another type', () => {
    const part = Buffer.from([1]);
    for (const content of [
      [],
      [part, new Map(), part],
      [part, {}, 1, part],
      [part, [], part, part],
      ['x', new Map(), part, part],
    ])
      expect(read(Buffer.concat([Buffer.from([0xd2]), encodeCbor(content)]))).toMatchObject(refusedBy('envelope'));
  });

  test('is refused where nesting would exhaust the stack', () => {
    expect(read(Buffer.concat([Buffer.from([0xd2]), Buffer.alloc(900_000, 0x81)]))).toMatchObject(
      refusedBy('envelope'),
    );
  });

  test('is refused where its chain is protected, or a label is both protected and not', async () => {
    expect(await prove(FORMS[1], { header: { 33: chain.map(({ der }) => der) } })).toMatchObject(refusedBy('envelope'));
    expect(await prove(FORMS[1], { header: { x: 1 }, unprotected: { x: 1 } })).toMatchObject(refusedBy('envelope'));
  });

  test('is refused where a text of it is no UTF-8, protected or not', async () => {
    const bent = (bytes: Buffer, text: string) => {
      const at = bytes.indexOf(text);
      bytes[at] = 0xff;
      return at < 0 ? undefined : proveEnvelope(bytes, COSE, TARGET);
    };
    const options = { header: { note: 'ünsigned' }, unprotected: { agent: 'tool' } };
    expect(await prove(FORMS[1], options)).toMatchObject({ ok: true });
    for (const text of ['agent', 'tool', 'note'])
      expect(bent(await makeCose(chain, options), text)).toMatchObject(refusedBy('envelope'));
  });

  test('is refused where its certificates are no list of byte strings', async () => {
    for (const certificates of [[1], 'x'])
      expect(await prove(FORMS[1], { unprotected: { 33: certificates } })).toMatchObject(refusedBy('envelope'));
  });
});

describe('a proven envelope', () => {
  const identity = (text: string): SubjectIdentity => {
    const parsed = parseSubjectIdentity(text);
    if (!parsed.ok) throw new Error(parsed.error);
    return parsed.value;
  };

  test('is trusted where its chain reaches the store, with no time but now', async () => {
    const trusted = await trust();
    expect(trusted).toMatchObject({ ok: true, value: { scheme: 'notary.x509', logged: [] } });
    expect(trusted.ok && trusted.value.time).toBeFalsy();
  });

  test('is trusted by any certificate of its chain that the store holds', async () => {
    const [leaf, intermediate] = asCertificates(chain);
    for (const one of [leaf, intermediate])
      expect(await trust({ ca: one === undefined ? [] : [one] })).toMatchObject({ ok: true });
  });

  test('is refused where the store holds another certificate of the same name', async () => {
    const other = await makeChain();
    expect(await trust({ ca: asCertificates(other) })).toMatchObject(refusedBy('authenticity'));
    expect(await trust({ ca: [] })).toMatchObject(refusedBy('authenticity'));
  });

  test('is trusted by its subject alone', async () => {
    const [right, wrong] = ['C=US, ST=Washington, O=Acme', 'C=US, ST=Washington, O=acme'].map(identity);
    if (right === undefined || wrong === undefined) throw new Error('no identities');
    expect(await trust({ identities: [wrong, right] })).toMatchObject({ ok: true });
    expect(await trust({ identities: [wrong] })).toMatchObject(refusedBy('identity'));
    expect(await trust({ identities: [] })).toMatchObject(refusedBy('identity'));
  });

  test('is not trusted across schemes', async () => {
    const header = {
      [SCHEME]: 'notary.x509.signingAuthority',
      'io.cncf.notary.signingTime': undefined,
      [AUTHENTIC]: '2024-06-01T00:00:00Z',
      crit: [SCHEME, AUTHENTIC],
    };
    const root = asCertificates(chain.slice(-1));
    expect(await trust({}, { header })).toMatchObject(refusedBy('authenticity'));
    expect(await trust({ ca: [], signingAuthority: root })).toMatchObject(refusedBy('authenticity'));
    expect(await trust({ ca: [], signingAuthority: root }, { header })).toMatchObject({
      ok: true,
      value: { time: { at: new Date('2024-06-01T00:00:00Z'), from: 'signing authority' } },
    });
    const early = { ...header, [AUTHENTIC]: '2023-06-01T00:00:00Z' };
    expect(await trust({ ca: [], signingAuthority: root }, { header: early })).toMatchObject(
      refusedBy('authentic-timestamp'),
    );
  });

  test('is refused with the name of the plugin that it asks for', async () => {
    const plugin = { 'io.cncf.notary.verificationPlugin': 'com.example.plugin' };
    expect(await trust({}, { header: plugin })).toMatchObject({
      error: { check: 'needs-plugin', reason: expect.stringContaining('com.example.plugin') },
    });
  });

  test('is refused from its expiry on, or only reported where the trust says so', async () => {
    const header = (text: string) => ({ header: { [EXPIRY]: text, crit: [SCHEME, EXPIRY] } });
    expect(await trust({}, header('2026-11-30T12:00:01Z'))).toMatchObject({ ok: true });
    expect(await trust({}, header('2026-11-30T12:00:00Z'))).toMatchObject(refusedBy('expiry'));
    expect(await trust({ expiry: 'log' }, header('2026-11-30T12:00:00Z'))).toMatchObject({
      ok: true,
      value: { logged: [{ check: 'expiry' }] },
    });
  });

  test('is refused where a certificate has expired, or only reported where the trust says so', async () => {
    const expired = await makeChain({ leaf: { notAfter: '2025-01-01T00:00:00Z' } });
    const early = await makeChain({ intermediate: { notBefore: '2030-01-01T00:00:00Z' } });
    for (const signers of [expired, early])
      expect(await trust({}, {}, signers)).toMatchObject(refusedBy('authentic-timestamp'));
    expect(await trust({ authenticTimestamp: 'log' }, {}, expired)).toMatchObject({
      ok: true,
      value: { logged: [{ check: 'authentic-timestamp' }] },
    });
  });

  test('is asked for a timestamp where the trust has roots for them, or once a certificate has expired', async () => {
    const tsa = asCertificates([await issue({ subject: 'CN=TSA root', ca: true })]);
    expect(await trust({ tsa })).toMatchObject(refusedBy('authentic-timestamp'));
    expect(await trust({ tsa, timestamps: 'after-expiry' })).toMatchObject({ ok: true });
    const expired = await makeChain({ leaf: { notAfter: '2025-01-01T00:00:00Z' } });
    expect(await trust({ tsa, timestamps: 'after-expiry' }, {}, expired)).toMatchObject(
      refusedBy('authentic-timestamp'),
    );
  });

  test('makes no service be asked before it is trusted', async () => {
    const asked: string[] = [];
    const fetchRevocation: FetchFromService = async (address) => {
      asked.push(address);
      return ok(new Uint8Array());
    };
    const { CRLDistributionPointsExtension } = await import('@peculiar/x509');
    const extensions = [new CRLDistributionPointsExtension(['http://crl.example/list'])];
    const signers = await makeChain({ leaf: { extensions } });
    const proven = await prove(FORMS[0], {}, signers);
    if (!proven.ok) throw new Error(proven.error.reason);
    const context = { now: NOW, fetchRevocation };
    expect(await checkTrust(proven.value, trustIn(signers, { ca: [] }), context)).toMatchObject(
      refusedBy('authenticity'),
    );
    expect(await checkTrust(proven.value, trustIn(signers, { identities: [] }), context)).toMatchObject(
      refusedBy('identity'),
    );
    expect(await checkTrust(proven.value, trustIn(signers, { revocation: 'skip' }), context)).toMatchObject({
      ok: true,
    });
    expect(asked).toEqual([]);
    expect(await checkTrust(proven.value, trustIn(signers), context)).toMatchObject(refusedBy('revocation-unknown'));
    expect(asked).toEqual(['http://crl.example/list']);
  });
});
