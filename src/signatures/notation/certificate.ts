import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { AsnConvert, type IAsnParseOptions } from '@peculiar/asn1-schema';
import {
  AuthorityInfoAccessSyntax,
  BasicConstraints,
  Certificate as CertificateSyntax,
  CRLDistributionPoints,
  ExtendedKeyUsage,
  KeyUsage,
  type KeyUsageFlags,
} from '@peculiar/asn1-x509';
import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import { type DistinguishedName, formatName, readName } from './distinguished-name.js';
import { findAlgorithm } from './signature-algorithms.js';

/** What the checks of this directory need of an X.509 certificate; parsed by libraries, with nothing decided yet. */
export interface Certificate {
  readonly der: Buffer;
  readonly key: KeyObject;
  /** The subject as one line, for people. */
  readonly subject: string;
  readonly name: DistinguishedName;
  /** DER of the names, for comparing them as Go and RFC 5280 chains do: byte by byte. */
  readonly subjectDer: Buffer;
  readonly issuerDer: Buffer;
  /** The serial number's content octets. */
  readonly serial: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Undefined without the extension. */
  readonly constraints?: { readonly ca: boolean; readonly pathLength?: number };
  readonly keyUsage?: { readonly critical: boolean; readonly flags: number };
  readonly extendedKeyUsage?: { readonly critical: boolean; readonly purposes: readonly string[] };
  /** The OIDs of the critical extensions. */
  readonly critical: readonly string[];
  readonly ocsp: readonly string[];
  /** The addresses of each distribution point: any of one point has the same list, and no point may be left out. */
  readonly crls: readonly (readonly string[])[];
  /** Whether a list of changes (delta CRL) completes the list that `crls` names. */
  readonly hasFreshestCrl: boolean;
  /** `sha256:` of the certificate. */
  readonly fingerprint: string;
  /** The subject public key's bits, which OCSP hashes. */
  readonly keyBits: Buffer;
  /** Whether the certificate's own signature uses an algorithm of the SHA-2 family. */
  readonly isSoundlySigned: boolean;
  /** Whether a key made the certificate's signature. */
  isSignedBy(key: KeyObject): boolean;
}

const MAX_CERTIFICATE_BYTES = 64 * 1024;
const MAX_ADDRESSES = 8;
export const EXTENSION = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  extendedKeyUsage: '2.5.29.37',
  freshestCrl: '2.5.29.46',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
} as const;
const OCSP_ACCESS = '1.3.6.1.5.5.7.48.1';

/** Reads one DER certificate. Fails with a clause that can follow "because" where OpenSSL or the ASN.1 library can't. */
export function readCertificate(der: Uint8Array): Result<Certificate, string> {
  if (der.length > MAX_CERTIFICATE_BYTES) return err(`it is larger than ${MAX_CERTIFICATE_BYTES} bytes`);
  try {
    const parsed = new X509Certificate(der);
    // OpenSSL ignores what follows a certificate, and a reader of other bytes would see another one.
    if (!parsed.raw.equals(der)) return err('it is not DER, or extra bytes follow it');
    return ok(fromParsed(parsed, AsnConvert.parse(parsed.raw, CertificateSyntax)));
  } catch {
    return err('it is not an X.509 certificate');
  }
}

function fromParsed(parsed: X509Certificate, { tbsCertificate, signatureAlgorithm }: CertificateSyntax): Certificate {
  const extensions = tbsCertificate.extensions ?? [];
  const find = (oid: string) => extensions.find(({ extnID }) => extnID === oid);
  if (new Set(extensions.map(({ extnID }) => extnID)).size < extensions.length) throw new Error('repeated extension');
  const read = <T>(oid: string, syntax: new () => T) => {
    const extension = find(oid);
    return extension === undefined
      ? undefined
      : { critical: extension.critical, value: parseAsn1(extension.extnValue.buffer, syntax) };
  };
  const constraints = read(EXTENSION.basicConstraints, BasicConstraints);
  const usage = read(EXTENSION.keyUsage, KeyUsage);
  const purposes = read(EXTENSION.extendedKeyUsage, ExtendedKeyUsage);
  const access = read(EXTENSION.authorityInfoAccess, AuthorityInfoAccessSyntax);
  const points = read(EXTENSION.crlDistributionPoints, CRLDistributionPoints);
  const pathLength = constraints?.value.pathLenConstraint;
  const { validity } = tbsCertificate;
  const [notBefore, notAfter] = [validity.notBefore.getTime(), validity.notAfter.getTime()];
  if (Number.isNaN(notBefore.getTime() + notAfter.getTime())) throw new Error('malformed time');
  const key = parsed.publicKey;
  const name = readName(tbsCertificate.subject);
  return {
    der: parsed.raw,
    key,
    subject: formatName(name),
    name,
    subjectDer: Buffer.from(AsnConvert.serialize(tbsCertificate.subject)),
    issuerDer: Buffer.from(AsnConvert.serialize(tbsCertificate.issuer)),
    serial: Buffer.from(tbsCertificate.serialNumber),
    notBefore,
    notAfter,
    ...(constraints === undefined
      ? {}
      : {
          constraints: { ca: constraints.value.cA, ...optionalField('pathLength', pathLength) },
        }),
    ...(usage === undefined ? {} : { keyUsage: { critical: usage.critical, flags: usage.value.toNumber() } }),
    ...(purposes === undefined
      ? {}
      : { extendedKeyUsage: { critical: purposes.critical, purposes: [...purposes.value] } }),
    critical: extensions.filter(({ critical }) => critical).map(({ extnID }) => extnID),
    ocsp: [...(access?.value ?? [])]
      .filter(({ accessMethod }) => accessMethod === OCSP_ACCESS)
      .flatMap(({ accessLocation }) => accessLocation.uniformResourceIdentifier ?? [])
      .slice(0, MAX_ADDRESSES),
    crls: [...(points?.value ?? [])]
      .map(({ distributionPoint }) => distributionPoint?.fullName ?? [])
      .map((names) => names.flatMap(({ uniformResourceIdentifier }) => uniformResourceIdentifier ?? []))
      .map((addresses) => addresses.slice(0, MAX_ADDRESSES)),
    hasFreshestCrl: find(EXTENSION.freshestCrl) !== undefined,
    fingerprint: `sha256:${createHash('sha256').update(parsed.raw).digest('hex')}`,
    keyBits: Buffer.from(tbsCertificate.subjectPublicKeyInfo.subjectPublicKey),
    isSoundlySigned: findAlgorithm(signatureAlgorithm) !== undefined,
    isSignedBy: (other) => isVerified(parsed, other),
  };
}

function isVerified(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.verify(key);
  } catch {
    // OpenSSL throws where a key is of another kind than the signature.
    return false;
  }
}

/**
 * Parses a DER or BER structure with what the library's schema says of it. The library throws where the bytes are none,
 * or pass its limits on depth, nodes and size.
 */
export function parseAsn1<T>(
  data: ArrayBuffer | Uint8Array,
  syntax: new () => T,
  limits: NonNullable<IAsnParseOptions['berOptions']> = {},
): T {
  return AsnConvert.parse(data, syntax, { berOptions: limits });
}

/** Whether a certificate's key may be used in a way. */
export function maySign({ keyUsage }: Certificate, flag: KeyUsageFlags): boolean {
  return keyUsage !== undefined && (keyUsage.flags & flag) !== 0;
}
