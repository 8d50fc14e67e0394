import { createHash, generateKeyPairSync } from 'node:crypto';
import { initializeCA, initializeCTLog, initializeTLog, initializeTSA } from '@sigstore/mock';

/** A sigstore of this process: a certificate authority, its log, a transparency log, a timestamp authority. Trusted by tests alone. */
export interface TestSigstore {
  readonly ca: Awaited<ReturnType<typeof initializeCA>>;
  readonly ctlog: Awaited<ReturnType<typeof initializeCTLog>>;
  readonly rekor: Awaited<ReturnType<typeof initializeTLog>>;
  readonly tsa: Awaited<ReturnType<typeof initializeTSA>>;
  readonly now: Date;
  /** The trusted root document, with whatever a test changes in it. */
  trustedRoot(changes?: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

const REKOR_URL = 'https://rekor.test-sigstore.example';

export interface TestSigstoreOptions {
  /** The log's clock and the timestamp authority's, where they differ from the certificates'. */
  readonly logTime?: Date;
  readonly timestampTime?: Date;
  readonly certificateTime?: Date;
  /** Certificates without a promise of the certificate log. */
  readonly withoutCertificateLog?: boolean;
}

/** Starts one. Its root certificates are valid from now for a year, so times lie at or after the present. */
export async function makeSigstore(options: TestSigstoreOptions = {}): Promise<TestSigstore> {
  // The mock's certificates begin when they are made, which takes seconds on a busy machine; RFC 3161 times have whole ones.
  const now = new Date(Math.ceil(Date.now() / 1000) * 1000 + 5_000);
  const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
  const ctlog = await initializeCTLog(ec('prime256v1'), now);
  const ca = await initializeCA(
    ec('secp384r1'),
    options.withoutCertificateLog === true ? undefined : ctlog,
    options.certificateTime ?? now,
  );
  const rekor = await initializeTLog(REKOR_URL, ec('prime256v1'), options.logTime ?? now);
  const tsa = await initializeTSA(ec('secp384r1'), options.timestampTime ?? now);
  const start = new Date(now.getTime() - 60_000).toISOString();
  const log = (baseUrl: string, publicKey: Buffer) => ({
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: publicKey.toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor: { start },
    },
    logId: { keyId: createHash('sha256').update(publicKey).digest('base64') },
  });
  const authority = (uri: string, certificates: readonly ArrayBufferView<ArrayBuffer>[]) => ({
    subject: { organization: 'test sigstore', commonName: 'trusted by tests alone' },
    uri,
    certChain: { certificates: certificates.map((der) => ({ rawBytes: toBase64(der) })) },
    validFor: { start },
  });
  return {
    ca,
    ctlog,
    rekor,
    tsa,
    now,
    trustedRoot: (changes = {}) => ({
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [log(REKOR_URL, rekor.publicKey)],
      certificateAuthorities: [authority('https://fulcio.test-sigstore.example', [ca.rootCertificate])],
      ctlogs: [
        log(
          'https://ctfe.test-sigstore.example',
          Buffer.from(ctlog.publicKey.buffer, ctlog.publicKey.byteOffset, ctlog.publicKey.byteLength),
        ),
      ],
      timestampAuthorities: [authority('https://tsa.test-sigstore.example', [tsa.intCertificate, tsa.rootCertificate])],
      ...changes,
    }),
  };
}

export function toBase64(bytes: ArrayBufferView): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
