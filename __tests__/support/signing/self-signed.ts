import { KeyObject, type webcrypto } from 'node:crypto';
// The mock brings the polyfill that @peculiar/x509 needs; it has to come first.
import '@sigstore/mock';
import * as x509 from '@peculiar/x509';
import { keySigner, type TestSigner } from './signer-identity.js';

/** @see https://www.rfc-editor.org/rfc/rfc6962#section-3.3 */
const CERTIFICATE_LOGS = '1.3.6.1.4.1.11129.2.4.2';
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 1024,
  publicExponent: Uint8Array.of(1, 0, 1),
};

interface SelfSignedOptions {
  /** The extended key usage; none unless reported. */
  readonly use?: string;
  /** RSA of 1024 bits in place of ECDSA. */
  readonly weak?: boolean;
  /** What stands where the promises of certificate logs are. */
  readonly certificateLogs?: Buffer;
}

/** A signer whose certificate vouches for itself. */
export async function selfSigned(options: SelfSignedOptions = {}): Promise<TestSigner> {
  const algorithm = options.weak === true ? RSA : ECDSA;
  // Either algorithm generates a pair.
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=nobody',
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      ...(options.use === undefined ? [] : [new x509.ExtendedKeyUsageExtension([options.use])]),
      ...(options.certificateLogs === undefined
        ? []
        : [new x509.Extension(CERTIFICATE_LOGS, false, options.certificateLogs)]),
    ],
  });
  const pair = { publicKey: KeyObject.from(keys.publicKey), privateKey: KeyObject.from(keys.privateKey) };
  return { ...keySigner(pair), certificate: Buffer.from(certificate.rawData) };
}
