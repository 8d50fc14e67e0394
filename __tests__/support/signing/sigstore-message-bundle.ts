import { createHash } from 'node:crypto';
import type { HashName } from '../../../src/signatures/key.js';
import { type TestSigner, verifierPem } from './signer-identity.js';
import { BUNDLE_TYPE, bundleEntry, logEntry, type TestBundle } from './sigstore-forms.js';
import type { TestSigstore } from './sigstore-trust.js';

/** A bundle around a signature over a file, with the fields that tests bend. */
export interface TestMessageBundle extends Omit<TestBundle, 'dsseEnvelope'> {
  messageSignature: { messageDigest: { algorithm: string; digest: string }; signature: string };
}

const ALGORITHMS = { sha256: 'SHA2_256', sha384: 'SHA2_384', sha512: 'SHA2_512' } as const;

/** A bundle of version 0.3 around a signature over a file, as `cosign sign-blob` makes it, logged in Rekor v1. */
export async function messageBundle(
  signer: TestSigner,
  message: Buffer,
  sigstore: TestSigstore,
  hash: HashName = 'sha256',
): Promise<TestMessageBundle> {
  const digest = createHash(hash).update(message).digest();
  const signature = signer.sign(message).toString('base64');
  const logged = await logEntry(sigstore, {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: hash, value: digest.toString('hex') } },
      signature: { content: signature, publicKey: { content: Buffer.from(verifierPem(signer)).toString('base64') } },
    },
  });
  return {
    mediaType: BUNDLE_TYPE,
    verificationMaterial: {
      ...(signer.certificate === undefined
        ? { publicKey: { hint: '' } }
        : { certificate: { rawBytes: signer.certificate.toString('base64') } }),
      tlogEntries: [bundleEntry(logged, 'hashedrekord', '0.0.1')],
    },
    messageSignature: {
      messageDigest: { algorithm: ALGORITHMS[hash], digest: digest.toString('base64') },
      signature,
    },
  };
}
