import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { checkSimpleSigning } from '../../src/signatures/image-signature.js';
import { readPublicKey } from '../../src/signatures/key.js';
import { readAttestationLayer, readSignatureLayer } from '../../src/signatures/sigstore/cosign-layer.js';
import { readBundle } from '../../src/signatures/sigstore/sigstore-bundle.js';
import { readTrustedRoot, type TrustedRoot } from '../../src/signatures/sigstore/trusted-root.js';
import { verifyKeyed, verifyKeyless } from '../../src/signatures/sigstore/verify-material.js';
import { readStatement } from '../../src/signatures/statement.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const layerSchema = z.object({ annotations: z.record(z.string(), z.string()) });

async function trustedRoot(path: string): Promise<TrustedRoot> {
  const read = await readTrustedRoot(readFileSync(sharedData(path)), path);
  if (!read.ok) throw new Error(read.error.reason);
  return read.value;
}

/** The first answer that fails, or what was signed by whom. */
async function keylessSignature(payload: Buffer, annotations: Record<string, string>, root: string, digest: string) {
  const material = readSignatureLayer(payload, annotations);
  if (!material.ok) return material;
  const signer = await verifyKeyless(material.value, await trustedRoot(root), NOW);
  if (!signer.ok) return signer;
  const over = checkSimpleSigning(payload, digest);
  return over.ok ? signer : over;
}

async function keyedSignature(payload: Buffer, annotations: Record<string, string>, pem: string, digest: string) {
  const material = readSignatureLayer(payload, annotations);
  if (!material.ok) return material;
  const key = readPublicKey(pem);
  if (!key.ok) throw new Error(key.error);
  const signed = await verifyKeyed(material.value, { name: 'key', key: key.value, log: 'ignored' }, null, NOW);
  if (!signed.ok) return signed;
  const over = checkSimpleSigning(payload, digest);
  return over.ok ? signed : over;
}

describeWithSharedData('signatures/real-legacy-keyless', 'a real image signed by a GitHub workflow', () => {
  const directory = sharedData('signatures/real-legacy-keyless');
  const DIGEST = 'sha256:c05263d2ff654c3a94243662440913f045075d59c436e2c69e9145ec2b87a321';
  const verdict = (digest: string) => {
    const { annotations } = layerSchema.parse(
      JSON.parse(readFileSync(join(directory, 'layer-annotations.json'), 'utf8')),
    );
    return keylessSignature(
      readFileSync(join(directory, 'payload.json')),
      annotations,
      'signatures/trusted_root.json',
      digest,
    );
  };

  test('is signed by that workflow, in the public log', async () => {
    expect(await verdict(DIGEST)).toMatchObject({
      ok: true,
      value: {
        signedAt: '2026-02-27T18:20:46.000Z',
        signer: {
          subject:
            'https://github.com/salrashid123/go-bazel-github-workflow/.github/workflows/release.yaml@refs/tags/v0.0.30',
          issuer: 'https://token.actions.githubusercontent.com',
          sourceRepository: 'https://github.com/salrashid123/go-bazel-github-workflow',
          sourceRef: 'refs/tags/v0.0.30',
        },
        logged: [{ log: 'https://rekor.sigstore.dev', index: '1004096555' }],
      },
    });
  });

  test('does not sign another digest', async () => {
    expect(await verdict(`sha256:${'0'.repeat(64)}`)).toMatchObject({ ok: false, error: { code: 'wrong-subject' } });
  });
});

describeWithSharedData('signatures/containers-image', 'the signed images of containers/image', () => {
  const directory = sharedData('signatures/containers-image/signature/fixtures');
  /** A signature file: a header line, and JSON with payload and annotations; some name another file. */
  const read = (path: string): { payload: Buffer; annotations: Record<string, string>; mimeType: string } => {
    const text = readFileSync(join(directory, path), 'latin1');
    if (!text.startsWith('\0')) return read(join(dirname(path), text.trim()));
    const schema = z.object({
      mimeType: z.string(),
      payload: z.string(),
      annotations: z.record(z.string(), z.string()),
    });
    const { payload, ...rest } = schema.parse(JSON.parse(text.slice(text.indexOf('{'))));
    return { payload: Buffer.from(payload, 'base64'), ...rest };
  };
  const digestOf = (image: string) =>
    `sha256:${createHash('sha256')
      .update(readFileSync(join(directory, image, 'manifest.json')))
      .digest('hex')}`;
  const keyed = (image: string, signature: string, key: string) => {
    const { payload, annotations } = read(join(image, signature));
    return keyedSignature(payload, annotations, readFileSync(join(directory, key), 'utf8'), digestOf(image));
  };

  test.each([
    ['dir-img-cosign-valid', 'signature-1', 'cosign.pub'],
    ['dir-img-cosign-valid-with-tag', 'signature-1', 'cosign.pub'],
    ['dir-img-cosign-mixed', 'signature-2', 'cosign.pub'],
    ['dir-img-cosign-key-rekor-valid', 'signature-1', 'cosign2.pub'],
  ])('%s %s is signed by %s', async (image, signature, key) => {
    const verdict = await keyed(image, signature, key);
    // A mixed image shares its signature with another image, over whose digest it is.
    const { payload } = read(join(image, signature));
    expect(verdict.ok).toBe(payload.includes(digestOf(image)));
  });

  test.each([
    ['dir-img-cosign-modified-manifest', 'signature-1', 'wrong-subject'],
    ['dir-img-cosign-manifest-digest-error', 'signature-1', 'wrong-subject'],
    ['dir-img-cosign-mixed', 'signature-1', 'wrong-signer'],
    ['dir-img-cosign-other-attachment', 'signature-1', undefined],
    ['dir-img-cosign-pki-valid', 'signature-1', 'wrong-signer'],
  ])('%s %s does not count (%s)', async (image, signature, code) => {
    const verdict = await keyed(image, signature, 'cosign.pub');
    expect(verdict).toMatchObject({ ok: false, ...(code === undefined ? {} : { error: { code } }) });
  });

  test('the keyless one is signed by the person who made it', async () => {
    const image = 'dir-img-cosign-fulcio-rekor-valid';
    const { payload, annotations } = read(join(image, 'signature-1'));
    expect(await keylessSignature(payload, annotations, 'signatures/trusted_root.json', digestOf(image))).toMatchObject(
      {
        ok: true,
        value: { signer: { subject: 'mitr@redhat.com', issuer: 'https://github.com/login/oauth' } },
      },
    );
  });
});

describeWithSharedData('signatures/connaisseur', 'the signed images of connaisseur', () => {
  const directory = sharedData('signatures/connaisseur/test/testdata/cosign/securesystemsengineering/testimage');
  const manifestSchema = z.object({
    layers: z.array(z.object({ digest: z.string(), annotations: z.record(z.string(), z.string()) })),
  });
  const layersOf = (digest: string) =>
    manifestSchema.parse(
      JSON.parse(readFileSync(`${directory}/manifests/${digest.replace(':', '-')}.sig.json`, 'utf8')),
    ).layers;
  const payloadOf = (digest: string) => readFileSync(`${directory}/blobs/${digest}.json`);
  const keys = existsSync(directory)
    ? (readFileSync(join(directory, '../../01_cosign.yaml'), 'utf8')
        .replaceAll(/^ +/gm, '')
        .match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [])
    : [];
  const MULTI = 'sha256:bfec161fecb0a887df7cb85e4da327c65986ccda7060cf3cd92171c6c90d7533';

  test('three layers are signed by three keys, each by one of them', async () => {
    expect(keys.length).toBeGreaterThanOrEqual(2);
    const layers = layersOf(MULTI);
    for (const key of keys) {
      const verdicts = await Promise.all(
        layers.map(({ digest, annotations }) => keyedSignature(payloadOf(digest), annotations, key, MULTI)),
      );
      expect(verdicts.filter(({ ok }) => ok)).toHaveLength(1);
    }
  });

  test('the keyless image is signed by its maker', async () => {
    const digest = 'sha256:31dc72a13a0c34b40eb95419d2b2fd67320c856baf3b72da518023ee8d370aee';
    const [layer] = layersOf(digest);
    const verdict = await keylessSignature(
      payloadOf(layer?.digest ?? ''),
      layer?.annotations ?? {},
      'signatures/trusted_root.json',
      digest,
    );
    expect(verdict).toMatchObject({ ok: true, value: { signer: { subject: 'philipp.belitz@securesystems.de' } } });
  });
});

describeWithSharedData('signatures/sigstore-js', 'the bundles of sigstore-js', () => {
  const directory = sharedData('signatures/sigstore-js/tests/bundles');
  const files = existsSync(directory) ? readdirSync(directory) : ['(none)'];
  test.each(files)('%s verifies', async (file) => {
    const material = await readBundle(readFileSync(join(directory, file)));
    if (!material.ok) throw new Error(material.error.reason);
    expect(await verifyKeyless(material.value, await trustedRoot('signatures/trusted_root.json'), NOW)).toMatchObject({
      ok: true,
    });
  });
});

describeWithSharedData('signatures/cosign', "cosign's own image attestation", () => {
  test('is a statement about its image', async () => {
    const path = sharedData('signatures/cosign/pkg/cosign/testdata/oci-attestation.sigstore.json');
    const material = await readBundle(readFileSync(path));
    if (!material.ok) throw new Error(material.error.reason);
    expect(await verifyKeyless(material.value, await trustedRoot('signatures/trusted_root.json'), NOW)).toMatchObject({
      ok: true,
    });
    if (material.value.content.kind !== 'envelope') throw new Error('it is an envelope');
    const { payload } = material.value.content;
    const { subject } = z
      .object({ subject: z.array(z.object({ digest: z.object({ sha256: z.string() }) })) })
      .parse(JSON.parse(payload.toString()));
    expect(readStatement(payload, `sha256:${subject[0]?.digest.sha256}`).ok).toBe(true);
  });
});

describeWithSharedData('signatures/minted', 'signatures minted with a local sigstore', () => {
  const directory = sharedData('signatures/minted');
  const SUBJECT = 'https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main';

  test.each([
    ['bundle-v03-dsse.sigstore.json', 'trusted_root.json', SUBJECT],
    ['rekorv2-dsse.sigstore.json', 'rekorv2-trusted_root.json', 'https://github.com/acme/x'],
  ])('%s verifies with its own root, and not with the public one', async (file, root, subject) => {
    const material = await readBundle(readFileSync(join(directory, file)));
    if (!material.ok) throw new Error(material.error.reason);
    expect(await verifyKeyless(material.value, await trustedRoot(`signatures/minted/${root}`), NOW)).toMatchObject({
      ok: true,
      value: { signer: { subject } },
    });
    expect(await verifyKeyless(material.value, await trustedRoot('signatures/trusted_root.json'), NOW)).toMatchObject({
      ok: false,
      error: { code: 'unknown-log' },
    });
  });

  test('the classic layers verify', async () => {
    const layer = (file: string) =>
      layerSchema
        .extend({ envelope: z.unknown().optional() })
        .loose()
        .parse(JSON.parse(readFileSync(join(directory, file), 'utf8')));
    const root = await trustedRoot('signatures/minted/trusted_root.json');
    const signature = readSignatureLayer(
      readFileSync(join(directory, 'legacy-sig-payload.json')),
      layer('legacy-sig-layer.json').annotations,
    );
    const attestation = layer('legacy-att-layer.json');
    const blob = Object.values(attestation).find(
      (value) => typeof value === 'object' && value !== null && 'payload' in value,
    );
    const attested = readAttestationLayer(Buffer.from(JSON.stringify(blob)), attestation.annotations);
    for (const material of [signature, attested]) {
      if (!material.ok) throw new Error(material.error.reason);
      expect(await verifyKeyless(material.value, root, NOW)).toMatchObject({ ok: true });
    }
  });
});
