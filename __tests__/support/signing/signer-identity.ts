import { generateKeyPairSync, type KeyObject, type SignKeyObjectInput, sign } from 'node:crypto';
import type { TestSigstore } from './sigstore-trust.js';

/** Somebody who can sign: with a certificate of a test sigstore, or with a key alone. */
export interface TestSigner {
  readonly publicKeyPem: string;
  readonly certificate?: Buffer;
  sign(bytes: Uint8Array): Buffer;
}

export interface TestIdentity {
  readonly subject: string;
  readonly issuer: string;
  readonly extensions?: readonly { readonly oid: string; readonly value: string; readonly legacy?: boolean }[];
}

export const RELEASE_WORKFLOW: TestIdentity = {
  subject: 'https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main',
  issuer: 'https://token.actions.githubusercontent.com',
  extensions: [
    { oid: '1.3.6.1.4.1.57264.1.10', value: 'a'.repeat(40) },
    { oid: '1.3.6.1.4.1.57264.1.11', value: 'github-hosted' },
    { oid: '1.3.6.1.4.1.57264.1.12', value: 'https://github.com/acme/images' },
    { oid: '1.3.6.1.4.1.57264.1.14', value: 'refs/heads/main' },
    {
      oid: '1.3.6.1.4.1.57264.1.18',
      value: 'https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main',
    },
    { oid: '1.3.6.1.4.1.57264.1.21', value: 'https://github.com/acme/images/actions/runs/1/attempts/1' },
  ],
};

/** A certificate for an identity, as Fulcio would issue it. */
export async function keylessSigner(
  sigstore: TestSigstore,
  identity: TestIdentity = RELEASE_WORKFLOW,
): Promise<TestSigner> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const der = await sigstore.ca.issueCertificate({
    publicKey: publicKey.export({ type: 'spki', format: 'der' }) as Buffer<ArrayBuffer>,
    subjectAltName: identity.subject,
    // Fulcio writes the issuer in the old and in the new extension.
    extensions: [
      { oid: '1.3.6.1.4.1.57264.1.1', value: identity.issuer, legacy: true },
      { oid: '1.3.6.1.4.1.57264.1.8', value: identity.issuer },
      ...(identity.extensions ?? []),
    ],
  });
  const certificate = Buffer.from(der.buffer, der.byteOffset, der.byteLength);
  return { ...keySigner({ publicKey, privateKey }), certificate };
}

/** Signs with a key pair, by the hash and padding given. */
export function keySigner(
  pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  options: { readonly hash?: string | null; readonly key?: Omit<SignKeyObjectInput, 'key'> } = {},
): TestSigner {
  const { hash = pair.privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256' } = options;
  return {
    publicKeyPem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (bytes) => sign(hash, bytes, { ...options.key, key: pair.privateKey }),
  };
}

export function certificatePem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** What a log records as the verifier: the certificate, or the key. */
export function verifierPem(signer: TestSigner): string {
  return signer.certificate === undefined ? signer.publicKeyPem : certificatePem(signer.certificate);
}
