import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readPublicKey } from '../../../src/signatures/key.js';
import { readAttestationLayer, readSignatureLayer } from '../../../src/signatures/sigstore/cosign-layer.js';
import type { SignedMaterial } from '../../../src/signatures/sigstore/signed-material.js';
import type { TrustedRoot } from '../../../src/signatures/sigstore/trusted-root.js';
import { verifyKeyed, verifyKeyless } from '../../../src/signatures/sigstore/verify-material.js';
import { rootOf } from '../../support/process/root-of.js';
import { selfSigned } from '../../support/signing/self-signed.js';
import { keylessSigner, keySigner, type TestSigner } from '../../support/signing/signer-identity.js';
import { makeChain } from '../../support/signing/sigstore-chain.js';
import {
  classicAttestation,
  classicSignature,
  inTotoStatement,
  simpleSigningPayload,
} from '../../support/signing/sigstore-forms.js';
import { makeSigstore, type TestSigstore } from '../../support/signing/sigstore-trust.js';

const PAYLOAD = simpleSigningPayload(`sha256:${'ab'.repeat(32)}`);
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';

const mallory = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
let sigstore: TestSigstore;
let untrusted: TestSigstore;
let root: TrustedRoot;
let signer: TestSigner;

beforeAll(async () => {
  [sigstore, untrusted] = [await makeSigstore(), await makeSigstore()];
  root = await rootOf(sigstore);
  signer = await keylessSigner(sigstore);
});

/** The logs of two roots in one, the untrusted's first, under a name of its own. */
function both(list: 'tlogs' | 'ctlogs' | 'certificateAuthorities') {
  const of = (one: TestSigstore) => one.trustedRoot()[list] as readonly object[];
  return {
    [list]: [...of(untrusted).map((log) => ({ ...log, baseUrl: 'https://log.untrusted.example' })), ...of(sigstore)],
  };
}

async function materialOf(made: TestSigner, of = sigstore): Promise<SignedMaterial> {
  const layer = await classicSignature(made, PAYLOAD, { sigstore: of });
  const material = readSignatureLayer(layer.content, layer.annotations);
  if (!material.ok) throw new Error(material.error.reason);
  return material.value;
}

const later = (of = sigstore) => new Date(of.now.getTime() + 60_000);
const verdict = (material: SignedMaterial, trusted = root) => verifyKeyless(material, trusted, later());
const refused = (code: string, reason = '') => ({
  ok: false,
  error: { code, reason: expect.stringContaining(reason) },
});

describe('a certificate', () => {
  test.each([
    ['that is for nothing', 'bad-certificate', 'code signing', () => selfSigned()],
    ['for servers', 'bad-certificate', 'code signing', () => selfSigned({ use: '1.3.6.1.5.5.7.3.1' })],
    ['of a weak key', 'bad-certificate', '1024 bits', () => selfSigned({ use: CODE_SIGNING, weak: true })],
    ['that vouches for itself', 'unknown-authority', 'does not contain', () => selfSigned({ use: CODE_SIGNING })],
    [
      'whose promise of a log is no promise',
      'malformed',
      'read',
      () => selfSigned({ use: CODE_SIGNING, certificateLogs: Buffer.from('no list') }),
    ],
  ])('%s is nobody’s', async (_name, code, reason, make) => {
    expect(await verdict(await materialOf(await make()))).toEqual(refused(code, reason));
  });

  test('of an authority, or of no form at all, is nobody’s', async () => {
    const good = await materialOf(signer);
    const authority = Buffer.from(sigstore.ca.rootCertificate.buffer);
    expect(await verdict({ ...good, certificate: authority })).toEqual(refused('bad-certificate', 'CA certificate'));
    expect(await verdict({ ...good, certificate: Buffer.from([0x30, 0]) })).toEqual(refused('malformed', 'read'));
  });

  test('that names two is nobody’s, however sound', async () => {
    const chain = await makeChain(sigstore, { names: ['https://github.com/mallory/x'] });
    const trusted = await rootOf(sigstore, { certificateAuthorities: chain.certificateAuthorities });
    expect(await verdict(await materialOf(chain.signer), trusted)).toEqual(refused('bad-certificate', 'one subject'));
  });

  test('is what a keyless signature needs', async () => {
    const { certificate: _, ...bare } = await materialOf(signer);
    expect(await verdict(bare)).toEqual(refused('wrong-signer', 'no certificate'));
  });
});

describe('a certificate authority', () => {
  test('is one that the root knows, by its key and not by its name', async () => {
    const material = await materialOf(signer);
    const { certificateAuthorities } = untrusted.trustedRoot();
    expect(await verdict(material, await rootOf(sigstore, { certificateAuthorities }))).toEqual(
      refused('unknown-authority', 'the authority that issued its certificate'),
    );
    expect(await verdict(material, await rootOf(sigstore, both('certificateAuthorities')))).toMatchObject({ ok: true });
  });
});

describe('a certificate log', () => {
  test('is one that the root knows', async () => {
    const trusted = await rootOf(sigstore, { ctlogs: [] });
    expect(await verdict(await materialOf(signer), trusted)).toEqual(refused('unknown-log', 'log of its certificate'));
    expect(await verdict(await materialOf(signer), await rootOf(sigstore, both('ctlogs')))).toMatchObject({ ok: true });
  });

  test('is known for every promise that the certificate brings', async () => {
    const chain = await makeChain(sigstore, { alsoLoggedBy: untrusted });
    const { certificateAuthorities } = chain;
    const material = await materialOf(chain.signer);
    expect(await verdict(material, await rootOf(sigstore, { certificateAuthorities }))).toEqual(
      refused('unknown-log', 'log of its certificate'),
    );
    const trusted = await rootOf(sigstore, { certificateAuthorities, ...both('ctlogs') });
    expect(await verdict(material, trusted)).toMatchObject({ ok: true });
  });

  test('has promised every certificate', async () => {
    const silent = await makeSigstore({ withoutCertificateLog: true });
    const material = await materialOf(await keylessSigner(silent), silent);
    expect(await verifyKeyless(material, await rootOf(silent), later(silent))).toEqual(refused('bad-certificate'));
  });
});

describe('a transparency log', () => {
  test('is one that the root knows, and is called what the root calls it', async () => {
    const material = await materialOf(signer);
    expect(await verdict(material, await rootOf(sigstore, { tlogs: [] }))).toEqual(
      refused('unknown-log', 'transparency log'),
    );
    expect(await verdict(material, await rootOf(sigstore, both('tlogs')))).toMatchObject({
      ok: true,
      value: { logged: [{ log: 'https://rekor.test-sigstore.example' }] },
    });
  });

  test('has signed what it promises, of the kind of entry too that the library does not read', async () => {
    const statement = inTotoStatement(`sha256:${'ab'.repeat(32)}`, 'https://example.com/predicate');
    const layer = await classicAttestation(signer, statement, { sigstore, entry: 'intoto 0.0.1' });
    const material = readAttestationLayer(layer.content, layer.annotations);
    if (!material.ok) throw new Error(material.error.reason);
    expect(await verdict(material.value)).toMatchObject({ ok: true });
    const forged = { signedEntryTimestamp: mallory.sign(Buffer.from('a promise of nobody')) };
    const entries = material.value.entries.map((entry) => ({ ...entry, inclusionPromise: forged }));
    expect(await verdict({ ...material.value, entries })).toEqual(refused('bad-log-entry'));
  });

  test('has an entry of every signature', async () => {
    expect(await verdict({ ...(await materialOf(signer)), entries: [] })).toEqual(refused('not-logged'));
  });
});

describe('a key', () => {
  const trustedKey = ({ publicKeyPem }: TestSigner, log: 'required' | 'ignored') => {
    const key = readPublicKey(publicKeyPem);
    if (!key.ok) throw new Error(key.error);
    return { name: 'base.pub', key: key.value, log };
  };
  const mine = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));

  test('whose log is required has not signed where there is no root that knows the log', async () => {
    expect(await verifyKeyed(await materialOf(mine), trustedKey(mine, 'required'), null, later())).toEqual(
      refused('not-logged', 'trusted root'),
    );
  });

  test('whose log is ignored has signed whatever its entry is, and shows of none', async () => {
    const material = await materialOf(mine);
    for (const entries of [material.entries, []])
      for (const trusted of [root, null])
        expect(await verifyKeyed({ ...material, entries }, trustedKey(mine, 'ignored'), trusted, later())).toEqual({
          ok: true,
          value: { signer: expect.objectContaining({ kind: 'key', name: 'base.pub' }), logged: [] },
        });
  });

  test('is not what a bundle with a certificate is signed with, even where it is the key of the certificate', async () => {
    const material = await materialOf(signer);
    const verdictAs = (form: SignedMaterial['form']) =>
      verifyKeyed({ ...material, form }, trustedKey(signer, 'ignored'), root, later());
    expect(await verdictAs('bundle')).toEqual(refused('wrong-signer', 'certificate'));
    // A layer's annotation of a certificate is anybody's, and takes nothing from the key's signature.
    expect(await verdictAs('cosign')).toMatchObject({ ok: true });
  });
});

describe('more than is read', () => {
  test.each([
    ['log entries', 'entries'],
    ['timestamps', 'timestamps'],
  ] as const)('of %s is refused as such, and as many as are read are not', async (_name, list) => {
    const material = await materialOf(signer);
    const [entry] = material.entries;
    const many = (count: number) => ({
      ...material,
      [list]: Array.from({ length: count }, () => (list === 'entries' ? entry : Buffer.from('no timestamp'))),
    });
    expect(await verdict(many(9))).toEqual(refused('limit'));
    expect(await verdict(many(8))).toEqual(refused(list === 'entries' ? 'bad-timestamp' : 'malformed'));
  });
});
