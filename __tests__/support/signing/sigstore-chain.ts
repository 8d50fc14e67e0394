import { createHash, generateKeyPairSync, type webcrypto } from 'node:crypto';
// The mock brings the polyfill that @peculiar/x509 needs; it has to come first.
import '@sigstore/mock';
import * as x509 from '@peculiar/x509';
import { keySigner, RELEASE_WORKFLOW, type TestSigner } from './signer-identity.js';
import type { TestSigstore } from './sigstore-trust.js';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';

export interface ChainOptions {
  /** Minutes from now at which the intermediate begins and ends. */
  readonly intermediate?: readonly [number, number];
  /** What the leaf is for; code signing unless reported. */
  readonly extendedKeyUsage?: string;
  readonly leafIsAuthority?: boolean;
  /** Further names of the leaf. */
  readonly names?: readonly string[];
  /** Another certificate log that promises the leaf as well. */
  readonly alsoLoggedBy?: TestSigstore;
}

/** A certificate authority with an intermediate, whose leaf is for the release workflow, and its entry in a trusted root. */
export async function makeChain(
  sigstore: TestSigstore,
  options: ChainOptions = {},
): Promise<{ readonly signer: TestSigner; readonly certificateAuthorities: readonly unknown[] }> {
  const at = (minutes: number) => new Date(sigstore.now.getTime() + minutes * 60_000);
  const [rootKeys, intermediateKeys] = await Promise.all([pair(), pair()]);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=root,O=test chain',
    notBefore: at(-120),
    notAfter: at(600),
    signingAlgorithm: ECDSA,
    keys: rootKeys,
    extensions: await authorityExtensions(rootKeys.publicKey, rootKeys.publicKey, undefined),
  });
  const [begins, ends] = options.intermediate ?? [-60, 600];
  const intermediate = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    issuer: root.subject,
    subject: 'CN=intermediate,O=test chain',
    notBefore: at(begins),
    notAfter: at(ends),
    signingAlgorithm: ECDSA,
    publicKey: intermediateKeys.publicKey,
    signingKey: rootKeys.privateKey,
    extensions: await authorityExtensions(intermediateKeys.publicKey, rootKeys.publicKey, 0),
  });
  const leafKeys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const certificate = await issueLeaf(
    sigstore,
    intermediate,
    intermediateKeys,
    leafKeys.publicKey.export({ type: 'spki', format: 'der' }),
    options,
  );
  return {
    signer: { ...keySigner(leafKeys), certificate },
    certificateAuthorities: [
      {
        subject: { organization: 'test chain', commonName: 'root' },
        uri: 'https://chain.test-sigstore.example',
        certChain: {
          certificates: [intermediate, root].map(({ rawData }) => ({
            rawBytes: Buffer.from(rawData).toString('base64'),
          })),
        },
        validFor: { start: at(-120).toISOString() },
      },
    ],
  };
}

function pair(): Promise<webcrypto.CryptoKeyPair> {
  // An ECDSA algorithm always generates a pair.
  return crypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

async function authorityExtensions(
  own: webcrypto.CryptoKey,
  issuer: webcrypto.CryptoKey,
  pathLength: number | undefined,
) {
  return [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    await x509.SubjectKeyIdentifierExtension.create(own),
    await x509.AuthorityKeyIdentifierExtension.create(issuer),
  ];
}

async function issueLeaf(
  sigstore: TestSigstore,
  issuer: x509.X509Certificate,
  issuerKeys: webcrypto.CryptoKeyPair,
  spki: Buffer,
  options: ChainOptions,
): Promise<Buffer> {
  const publicKey = await crypto.subtle.importKey('spki', Uint8Array.from(spki), ECDSA, true, ['verify']);
  const names = [RELEASE_WORKFLOW.subject, ...(options.names ?? [])];
  const issuerText = Buffer.from(RELEASE_WORKFLOW.issuer);
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(options.leafIsAuthority ?? false, undefined, true),
    new x509.KeyUsagesExtension(
      x509.KeyUsageFlags.digitalSignature | (options.leafIsAuthority ? x509.KeyUsageFlags.keyCertSign : 0),
      true,
    ),
    new x509.ExtendedKeyUsageExtension([options.extendedKeyUsage ?? CODE_SIGNING]),
    new x509.SubjectAlternativeNameExtension(
      names.map((value) => ({ type: 'url' as const, value })),
      true,
    ),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(issuerKeys.publicKey),
    new x509.Extension('1.3.6.1.4.1.57264.1.1', false, issuerText),
    new x509.Extension(
      '1.3.6.1.4.1.57264.1.8',
      false,
      Buffer.concat([Buffer.from([0x0c, issuerText.length]), issuerText]),
    ),
  ];
  const body = {
    serialNumber: '03',
    issuer: issuer.subject,
    notBefore: sigstore.now,
    notAfter: new Date(sigstore.now.getTime() + 600_000),
    signingAlgorithm: ECDSA,
    publicKey,
    signingKey: issuerKeys.privateKey,
  };
  const precertificate = await x509.X509CertificateGenerator.create({ ...body, extensions });
  const issuerSpki = Buffer.from(await crypto.subtle.exportKey('spki', issuerKeys.publicKey));
  const keyHash = Uint8Array.from(createHash('sha256').update(issuerSpki).digest());
  const promises: Buffer[] = [];
  for (const { ctlog } of [sigstore, ...(options.alsoLoggedBy === undefined ? [] : [options.alsoLoggedBy])])
    promises.push(Buffer.from(await ctlog.log(precertificate.rawData, keyHash.buffer)));
  // SignedCertificateTimestampList in an OCTET STRING (RFC 6962, section 3.3); the mock's promise begins with its length.
  const all = Buffer.concat(promises);
  const list = Buffer.concat([Buffer.from([0, all.length]), all]);
  const octets = Buffer.concat([
    Buffer.from(list.length < 0x80 ? [0x04, list.length] : [0x04, 0x81, list.length]),
    list,
  ]);
  const certificate = await x509.X509CertificateGenerator.create({
    ...body,
    extensions: [...extensions, new x509.Extension('1.3.6.1.4.1.11129.2.4.2', false, octets)],
  });
  return Buffer.from(certificate.rawData);
}
