import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readPublicKey } from '../../src/signatures/key.js';
import { readAttestationLayer, readSignatureLayer } from '../../src/signatures/sigstore/cosign-layer.js';
import type { SignedMaterial } from '../../src/signatures/sigstore/signed-material.js';
import { readBundle } from '../../src/signatures/sigstore/sigstore-bundle.js';
import type { TrustedRoot } from '../../src/signatures/sigstore/trusted-root.js';
import { type TrustedKey, verifyKeyed, verifyKeyless } from '../../src/signatures/sigstore/verify-material.js';
import { rootOf } from '../support/process/root-of.js';
import { keylessSigner, keySigner, type TestSigner } from '../support/signing/signer-identity.js';
import {
  classicAttestation,
  classicSignature,
  envelopeBundle,
  inTotoStatement,
  simpleSigningPayload,
} from '../support/signing/sigstore-forms.js';
import { makeSigstore, type TestSigstore } from '../support/signing/sigstore-trust.js';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const STATEMENT = inTotoStatement(DIGEST, 'https://spdx.dev/Document');

/** Everything a verification reads of what an untrusted party can write; each must be one that changes the verdict. */
type Part =
  | 'message or payload'
  | 'payload type'
  | 'signature'
  | 'certificate'
  | 'log entry body'
  | 'log time'
  | 'log index'
  | 'log name'
  | 'promise'
  | 'timestamp'
  | 'stored envelope';

describe('one bit turned in any input', () => {
  let sigstore: TestSigstore;
  let root: TrustedRoot;
  let later: Date;
  let signer: TestSigner;

  beforeAll(async () => {
    sigstore = await makeSigstore();
    root = await rootOf(sigstore);
    later = new Date(sigstore.now.getTime() + 60_000);
    signer = await keylessSigner(sigstore);
  });

  /** The same material, with one bit of one part turned; undefined where it has no such part. */
  function turn(material: SignedMaterial, part: Part, seed: number): SignedMaterial | undefined {
    const flip = (bytes: Buffer) => {
      const copy = Buffer.from(bytes);
      const bit = seed % (copy.length * 8);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return copy;
    };
    const { content, certificate, entries, timestamps } = material;
    const [entry] = entries;
    const withEntry = (changes: object) =>
      entry === undefined ? undefined : { ...material, entries: [{ ...entry, ...changes }] };
    switch (part) {
      case 'message or payload':
        if (content.kind === 'digest') return { ...material, content: { ...content, digest: flip(content.digest) } };
        return content.kind === 'message'
          ? { ...material, content: { ...content, message: flip(content.message) } }
          : { ...material, content: { ...content, payload: flip(content.payload) } };
      case 'payload type':
        return content.kind === 'envelope'
          ? { ...material, content: { ...content, payloadType: `${content.payloadType}x` } }
          : undefined;
      case 'stored envelope':
        return content.kind === 'envelope' &&
          content.stored !== undefined &&
          entry?.kindVersion.version === '0.0.1' &&
          entry.kindVersion.kind === 'intoto'
          ? { ...material, content: { ...content, stored: flip(content.stored) } }
          : undefined;
      case 'signature':
        return { ...material, content: { ...content, signature: flip(content.signature) } };
      case 'certificate':
        return certificate === undefined ? undefined : { ...material, certificate: flip(certificate) };
      case 'log entry body':
        return entry === undefined ? undefined : withEntry({ canonicalizedBody: flip(entry.canonicalizedBody) });
      case 'log time':
        return withEntry({ integratedTime: String(Number(entry?.integratedTime) + 1 + (seed % 1000)) });
      case 'log index':
        return entry?.inclusionPromise === undefined
          ? undefined
          : withEntry({ logIndex: String(Number(entry.logIndex) + 1 + (seed % 1000)) });
      case 'log name':
        return entry === undefined ? undefined : withEntry({ logId: { keyId: flip(entry.logId.keyId) } });
      case 'promise':
        return entry?.inclusionPromise === undefined
          ? undefined
          : withEntry({
              inclusionPromise: { signedEntryTimestamp: flip(entry.inclusionPromise.signedEntryTimestamp) },
            });
      case 'timestamp':
        return timestamps.length === 0 ? undefined : { ...material, timestamps: timestamps.map(flip) };
    }
  }

  const PARTS: readonly Part[] = [
    'message or payload',
    'payload type',
    'signature',
    'certificate',
    'log entry body',
    'log time',
    'log index',
    'log name',
    'promise',
    'stored envelope',
  ];

  function must<T>(
    result:
      | { readonly ok: true; readonly value: T }
      | { readonly ok: false; readonly error: { readonly reason: string } },
  ): T {
    if (!result.ok) throw new Error(result.error.reason);
    return result.value;
  }

  async function holdsAndBreaks(
    material: SignedMaterial,
    verify: (material: SignedMaterial) => Promise<{ readonly ok: boolean }>,
  ) {
    expect(await verify(material)).toMatchObject({ ok: true });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...PARTS), fc.nat(1_000_000), async (part, seed) => {
        const bent = turn(material, part, seed);
        if (bent === undefined) return;
        const verdict = await verify(bent);
        if (verdict.ok) throw new Error(`a bit turned in the ${part} (${seed}) went unseen`);
      }),
      { numRuns: 150, seed: 4 },
    );
  }

  test('of a keyless attestation logged as intoto 0.0.1, whose promise and hash are verified here', async () => {
    const layer = await classicAttestation(signer, STATEMENT, { sigstore, entry: 'intoto 0.0.1' });
    await holdsAndBreaks(must(readAttestationLayer(layer.content, layer.annotations)), (material) =>
      verifyKeyless(material, root, later),
    );
  });

  test.each(['dsse 0.0.1', 'intoto 0.0.2'] as const)('breaks a keyless attestation logged as %s', async (entry) => {
    const layer = await classicAttestation(signer, STATEMENT, { sigstore, entry });
    await holdsAndBreaks(must(readAttestationLayer(layer.content, layer.annotations)), (material) =>
      verifyKeyless(material, root, later),
    );
  });

  test('breaks a keyless signature', async () => {
    const layer = await classicSignature(signer, simpleSigningPayload(DIGEST), { sigstore });
    await holdsAndBreaks(must(readSignatureLayer(layer.content, layer.annotations)), (material) =>
      verifyKeyless(material, root, later),
    );
  });

  test('breaks a bundle', async () => {
    const bundle = must(
      await readBundle(Buffer.from(JSON.stringify(await envelopeBundle(signer, STATEMENT, { sigstore })))),
    );
    await holdsAndBreaks(bundle, (material) => verifyKeyless(material, root, later));
  });

  const keys = [
    ['P-384 with SHA-384', () => keySigner(generateKeyPairSync('ec', { namedCurve: 'P-384' }), { hash: 'sha384' })],
    ['Ed25519', () => keySigner(generateKeyPairSync('ed25519'))],
    ['RSA-PSS', () => keySigner(generateKeyPairSync('rsa', { modulusLength: 2048 }), { key: { padding: 6 } })],
  ] as const;
  test.each(keys)('of a signature by %s, which the library does not verify', async (_name, make) => {
    const own = make();
    const read = readPublicKey(own.publicKeyPem);
    if (!read.ok) throw new Error(read.error);
    const trusted: TrustedKey = { name: 'base.pub', key: read.value, log: 'required' };
    const layer = await classicSignature(own, simpleSigningPayload(DIGEST), { sigstore });
    await holdsAndBreaks(must(readSignatureLayer(layer.content, layer.annotations)), (material) =>
      verifyKeyed(material, trusted, root, later),
    );
  });
});
