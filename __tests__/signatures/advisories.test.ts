import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readSignatureLayer } from '../../src/signatures/sigstore/cosign-layer.js';
import { readBundle } from '../../src/signatures/sigstore/sigstore-bundle.js';
import type { TrustedRoot } from '../../src/signatures/sigstore/trusted-root.js';
import { verifyKeyless } from '../../src/signatures/sigstore/verify-material.js';
import { rootOf } from '../support/process/root-of.js';
import type { Case } from '../support/signing/signer-case.js';
import { makeCases } from '../support/signing/signer-cases.js';
import { forgeLayer, makeScene, type Scene } from '../support/signing/signer-forgery.js';
import { certificatePem, keylessSigner, type TestSigner, verifierPem } from '../support/signing/signer-identity.js';
import { ourVerdict } from '../support/signing/signer-verdict.js';
import { logEntry, type MadeLayer, simpleSigningPayload } from '../support/signing/sigstore-forms.js';

/** What went wrong in other verifiers, as cases of this one. */
describe('advisories', () => {
  let scene: Scene;
  let cases: readonly Case[];
  let root: TrustedRoot;
  let later: Date;

  beforeAll(async () => {
    scene = await makeScene();
    cases = await makeCases(scene);
    later = new Date(scene.sigstore.now.getTime() + 60_000);
    root = await rootOf(scene.sigstore);
  }, 60_000);

  async function verdictsOf(name: string) {
    const chosen = cases.filter((made) => made.name === name);
    const verdicts = await Promise.all(chosen.map((made) => ourVerdict(scene, made)));
    return verdicts.map(({ verdict, why }) => `${verdict}: ${why}`);
  }

  async function classic(layer: MadeLayer) {
    const material = readSignatureLayer(layer.content, layer.annotations);
    return material.ok ? verifyKeyless(material.value, root, later) : material;
  }

  /** A log entry that names this signature and artifact, and a verifier of the log's choice. */
  async function withVerifier(layer: MadeLayer, verifier: string): Promise<MadeLayer> {
    const logged = await logEntry(scene.sigstore, {
      apiVersion: '0.0.1',
      kind: 'hashedrekord',
      spec: {
        data: { hash: { algorithm: 'sha256', value: createHash('sha256').update(layer.content).digest('hex') } },
        signature: {
          content: layer.annotations['dev.cosignproject.cosign/signature'],
          publicKey: { content: Buffer.from(verifier).toString('base64') },
        },
      },
    });
    const { body, integratedTime, logIndex, logID, set } = logged;
    const bundle = JSON.stringify({
      SignedEntryTimestamp: set,
      Payload: { body, integratedTime, logIndex, logID },
    });
    return { ...layer, annotations: { ...layer.annotations, 'dev.sigstore.cosign/bundle': bundle } };
  }

  test('CVE-2022-23649: a genuine log entry of another signature or artifact proves nothing', async () => {
    for (const name of [
      'genuine entry of another signature by the same signer',
      'genuine entry of an untrusted signature over the same artifact',
    ]) {
      const verdicts = await verdictsOf(name);
      expect(verdicts).toHaveLength(4);
      for (const verdict of verdicts) expect(verdict).toMatch(/^refused: other-log-entry$/);
    }
  });

  test('CVE-2026-22703: an entry of this signature under another key or certificate proves nothing', async () => {
    const layer = await forgeLayer(scene, 'classic signature', scene.platform, {});
    const untrusted = await keylessSigner(scene.sigstore);
    expect(await classic(await withVerifier(layer, verifierPem(scene.signer)))).toMatchObject({ ok: true });
    for (const verifier of [verifierPem(untrusted), untrusted.publicKeyPem, scene.signer.publicKeyPem])
      expect(await classic(await withVerifier(layer, verifier))).toMatchObject({
        ok: false,
        error: { code: 'other-log-entry' },
      });
  });

  test('CVE-2022-35929: no attestation of the type asked for is no attestation', async () => {
    expect(await verdictsOf('another signed predicate type than the one asked for')).toEqual([
      'refused: no statement of the type',
    ]);
    expect(await verdictsOf('an annotation that lies about the predicate type')).toEqual([
      'refused: no statement of the type',
    ]);
  });

  test('CVE-2022-36056: a certificate beside a signature is not its signer', async () => {
    const untrusted = await keylessSigner(scene.untrusted);
    const payload = simpleSigningPayload(scene.platform.descriptor.digest);
    // The untrusted signs, and shows the certificate of the right signer.
    const impostor: TestSigner = { ...untrusted, certificate: scene.signer.certificate ?? Buffer.alloc(0) };
    const layer = await forgeLayer(scene, 'classic signature', scene.platform, { signer: impostor, payload });
    expect(layer.annotations['dev.sigstore.cosign/certificate']).toBe(
      certificatePem(impostor.certificate ?? Buffer.alloc(0)),
    );
    expect(await classic(layer)).toMatchObject({ ok: false, error: { code: 'bad-signature' } });
  });

  test('CVE-2023-46737: data without end is not read', async () => {
    const layer = await forgeLayer(scene, 'classic signature', scene.platform, {});
    const endless = 'A'.repeat(600 * 1024);
    for (const name of ['certificate', 'bundle', 'rfc3161timestamp'])
      expect(
        readSignatureLayer(layer.content, { ...layer.annotations, [`dev.sigstore.cosign/${name}`]: endless }),
      ).toMatchObject({ ok: false, error: { code: 'limit' } });
    expect(await readBundle(Buffer.alloc(97 * 1024 * 1024, ' '))).toMatchObject({
      ok: false,
      error: { code: 'limit' },
    });
    expect((await readBundle(Buffer.from('['.repeat(10_000)))).ok).toBe(false);
  });

  test('CVE-2026-24122: every certificate of the chain is valid when it signs, the intermediate too', async () => {
    for (const name of [
      'an intermediate authority that had expired',
      'an intermediate authority that was not valid yet',
    ])
      expect(new Set(await verdictsOf(name))).toEqual(new Set(['refused: bad-certificate']));
    for (const verdict of await verdictsOf('an intermediate authority')) expect(verdict).toMatch(/^passed/);
  });

  test('CVE-2026-39395: a statement that can’t be read, or is of another type, is none', async () => {
    expect(new Set(await verdictsOf('a statement that is not JSON'))).toEqual(new Set(['refused: malformed']));
    expect(new Set(await verdictsOf('an envelope of another payload type'))).toEqual(new Set(['refused: wrong-type']));
  });
});
