import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readPublicKey } from '../../../src/signatures/key.js';
import { readAttestationLayer, readSignatureLayer } from '../../../src/signatures/sigstore/cosign-layer.js';
import { readBundle } from '../../../src/signatures/sigstore/sigstore-bundle.js';
import type { TrustedRoot } from '../../../src/signatures/sigstore/trusted-root.js';
import { verifyKeyed, verifyKeyless } from '../../../src/signatures/sigstore/verify-material.js';
import { rootOf } from '../../support/process/root-of.js';
import { keylessSigner, keySigner, RELEASE_WORKFLOW, type TestSigner } from '../../support/signing/signer-identity.js';
import {
  classicAttestation,
  classicSignature,
  type EntryKind,
  envelopeBundle,
  inTotoStatement,
  type MadeLayer,
  simpleSigningPayload,
} from '../../support/signing/sigstore-forms.js';
import { makeSigstore, type TestSigstore } from '../../support/signing/sigstore-trust.js';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const PAYLOAD = simpleSigningPayload(DIGEST);
const STATEMENT = inTotoStatement(DIGEST, 'https://spdx.dev/Document');

let sigstore: TestSigstore;
let root: TrustedRoot;
let signer: TestSigner;
let later: Date;

beforeAll(async () => {
  sigstore = await makeSigstore();
  root = await rootOf(sigstore);
  signer = await keylessSigner(sigstore);
  later = new Date(sigstore.now.getTime() + 60_000);
});

function keyed(publicKeyPem: string, log: 'required' | 'ignored' = 'required') {
  const key = readPublicKey(publicKeyPem);
  if (!key.ok) throw new Error(key.error);
  return { name: 'base.pub', key: key.value, log };
}

async function keylessVerdict(layer: MadeLayer, trusted = root) {
  const material = layer.mediaType.includes('dsse')
    ? readAttestationLayer(layer.content, layer.annotations)
    : readSignatureLayer(layer.content, layer.annotations);
  return material.ok ? verifyKeyless(material.value, trusted, later) : material;
}

async function bundleVerdict(bundle: unknown, trusted = root) {
  const material = await readBundle(Buffer.from(JSON.stringify(bundle)));
  return material.ok ? verifyKeyless(material.value, trusted, later) : material;
}

describe('a keyless signature that holds', () => {
  test('in the classic form shows who signed, when, by which workflow and where it is logged', async () => {
    const verdict = await keylessVerdict(await classicSignature(signer, PAYLOAD, { sigstore }));
    expect(verdict).toMatchObject({
      ok: true,
      value: {
        signer: {
          kind: 'keyless',
          subject: RELEASE_WORKFLOW.subject,
          issuer: RELEASE_WORKFLOW.issuer,
          sourceRepository: 'https://github.com/acme/images',
          runnerEnvironment: 'github-hosted',
          run: 'https://github.com/acme/images/actions/runs/1/attempts/1',
        },
        signedAt: sigstore.now.toISOString(),
        timeFrom: 'transparency log',
        logged: [{ log: 'https://rekor.test-sigstore.example', index: expect.stringMatching(/^\d+$/) }],
      },
    });
  });

  test.each<EntryKind>(['dsse 0.0.1', 'intoto 0.0.1', 'intoto 0.0.2'])(
    'as a classic attestation logged as %s',
    async (entry) => {
      expect(await keylessVerdict(await classicAttestation(signer, STATEMENT, { sigstore, entry }))).toMatchObject({
        ok: true,
      });
    },
  );

  test('in the classic form with a timestamp as well', async () => {
    expect(await keylessVerdict(await classicSignature(signer, PAYLOAD, { sigstore, timestamp: true }))).toMatchObject({
      ok: true,
    });
  });

  test.each([false, true])('as a bundle (timestamp: %s)', async (timestamp) => {
    expect(await bundleVerdict(await envelopeBundle(signer, STATEMENT, { sigstore, timestamp }))).toMatchObject({
      ok: true,
    });
  });
});

describe('keys', () => {
  const pairs: readonly [string, () => Parameters<typeof keySigner>][] = [
    ['ECDSA P-256', () => [generateKeyPairSync('ec', { namedCurve: 'P-256' })]],
    ['ECDSA P-384 with SHA-384', () => [generateKeyPairSync('ec', { namedCurve: 'P-384' }), { hash: 'sha384' }]],
    ['ECDSA P-384 with SHA-256, as cosign signs', () => [generateKeyPairSync('ec', { namedCurve: 'P-384' })]],
    ['ECDSA P-521 with SHA-512', () => [generateKeyPairSync('ec', { namedCurve: 'P-521' }), { hash: 'sha512' }]],
    ['Ed25519', () => [generateKeyPairSync('ed25519')]],
    ['RSA 2048, PKCS#1 v1.5', () => [generateKeyPairSync('rsa', { modulusLength: 2048 })]],
    ['RSA 3072, PSS', () => [generateKeyPairSync('rsa', { modulusLength: 3072 }), { key: { padding: 6 } }]],
  ];

  test.each(pairs)('%s verifies in every form, and no other key does', async (_name, pair) => {
    const mine = keySigner(...pair());
    const other = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    const layers = [
      await classicSignature(mine, PAYLOAD, { sigstore }),
      await classicAttestation(mine, STATEMENT, { sigstore, entry: 'intoto 0.0.1' }),
      await classicAttestation(mine, STATEMENT, { sigstore }),
    ];
    for (const layer of layers) {
      const material = layer.mediaType.includes('dsse')
        ? readAttestationLayer(layer.content, layer.annotations)
        : readSignatureLayer(layer.content, layer.annotations);
      if (!material.ok) throw new Error(material.error.reason);
      expect(await verifyKeyed(material.value, keyed(mine.publicKeyPem), root, later)).toMatchObject({
        ok: true,
        value: { signer: { kind: 'key', name: 'base.pub' }, signedAt: sigstore.now.toISOString() },
      });
      expect(await verifyKeyed(material.value, keyed(other.publicKeyPem), root, later)).toMatchObject({
        ok: false,
        error: { code: 'wrong-signer' },
      });
    }
  });

  test('a key whose log is ignored needs no entry, and one whose log is required does', async () => {
    const mine = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    const layer = await classicSignature(mine, PAYLOAD);
    const material = readSignatureLayer(layer.content, layer.annotations);
    if (!material.ok) throw new Error(material.error.reason);
    expect(await verifyKeyed(material.value, keyed(mine.publicKeyPem, 'ignored'), null, later)).toMatchObject({
      ok: true,
    });
    expect(await verifyKeyed(material.value, keyed(mine.publicKeyPem), root, later)).toMatchObject({
      ok: false,
      error: { code: 'not-logged' },
    });
  });

  test("an untrusted keyless bundle does not pass for a key's", async () => {
    const mine = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    const bundle = await readBundle(Buffer.from(JSON.stringify(await envelopeBundle(signer, STATEMENT, { sigstore }))));
    if (!bundle.ok) throw new Error(bundle.error.reason);
    for (const log of ['required', 'ignored'] as const)
      expect(await verifyKeyed(bundle.value, keyed(mine.publicKeyPem, log), root, later)).toMatchObject({
        ok: false,
        error: { code: 'wrong-signer' },
      });
  });
});
