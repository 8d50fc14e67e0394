import { sign } from 'node:crypto';
import {
  Attribute,
  CertificateChoices,
  CertificateSet,
  ContentInfo,
  DigestAlgorithmIdentifiers,
  EncapsulatedContent,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignedData,
  SignerIdentifier,
  SignerInfo,
  SignerInfos,
} from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { Accuracy, MessageImprint, TSTInfo, TSTInfoVersion } from '@peculiar/asn1-tsp';
import { AlgorithmIdentifier, Certificate, Extension, Extensions } from '@peculiar/asn1-x509';
import * as asn1js from 'asn1js';
import { type Chain, type Issued, type IssueOptions, issue, sha } from './notation-maker.js';

const SHA_1 = '1.3.14.3.2.26';
const SHA_256 = '2.16.840.1.101.3.4.2.1';
const ECDSA_SHA_256 = '1.2.840.10045.4.3.2';
const TIMESTAMP_INFO = '1.2.840.113549.1.9.16.1.4';

export interface TokenOptions {
  readonly at?: string;
  readonly accuracy?: { readonly seconds?: number; readonly millis?: number; readonly micros?: number };
  readonly policy?: string;
  readonly version?: number;
  /** What is imprinted instead of the signature. */
  readonly over?: Buffer;
  readonly imprintHash?: 'sha1' | 'sha256';
  readonly critical?: boolean;
  readonly contentType?: string;
  readonly digestOf?: Buffer;
  /** The certificate that signingCertificateV2 names; null for no such attribute. */
  readonly names?: Issued | null;
  readonly carried?: readonly Issued[];
  readonly signedBy?: Issued;
  readonly signers?: number;
  readonly signingTime?: string;
  readonly signedDataVersion?: number;
  readonly repeatsDigest?: boolean;
}

/** A timestamp authority: leaf first, the root last. */
export async function makeAuthority(leaf: IssueOptions = {}): Promise<Chain> {
  const root = await issue({ subject: 'CN=TSA Root', ca: true });
  const tsa = { subject: 'CN=TSA', purposes: ['1.3.6.1.5.5.7.3.8'], purposesCritical: true };
  return [await issue({ ...tsa, issuer: root, ...leaf }), root];
}

/** An RFC 3161 token of an authority over a signature. */
export function makeToken(authority: Chain, signature: Buffer, options: TokenOptions = {}): Buffer {
  const [leaf] = authority;
  const content = Buffer.from(AsnConvert.serialize(infoOf(signature, options)));
  const signer = signerOf(options.signedBy ?? leaf, leaf, content, options);
  const data = new SignedData({
    version: options.signedDataVersion ?? 3,
    digestAlgorithms: new DigestAlgorithmIdentifiers([new AlgorithmIdentifier({ algorithm: SHA_256 })]),
    encapContentInfo: new EncapsulatedContentInfo({
      eContentType: options.contentType ?? TIMESTAMP_INFO,
      eContent: new EncapsulatedContent({ single: new OctetString(content) }),
    }),
    certificates: new CertificateSet(
      (options.carried ?? [leaf]).map(
        ({ der }) => new CertificateChoices({ certificate: AsnConvert.parse(der, Certificate) }),
      ),
    ),
    signerInfos: new SignerInfos(Array.from({ length: options.signers ?? 1 }, () => signer)),
  });
  return Buffer.from(
    AsnConvert.serialize(new ContentInfo({ contentType: '1.2.840.113549.1.7.2', content: AsnConvert.serialize(data) })),
  );
}

function infoOf(signature: Buffer, options: TokenOptions): TSTInfo {
  const { imprintHash = 'sha256', accuracy, critical } = options;
  const info = new TSTInfo({
    version: options.version ?? TSTInfoVersion.v1,
    policy: options.policy ?? '1.2.3.4',
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithm: imprintHash === 'sha1' ? SHA_1 : SHA_256, parameters: null }),
      hashedMessage: new OctetString(sha(imprintHash, options.over ?? signature)),
    }),
    serialNumber: new Uint8Array([1]).buffer,
    genTime: new Date(options.at ?? '2024-06-01T00:00:00Z'),
  });
  if (accuracy !== undefined) info.accuracy = new Accuracy(accuracy);
  if (critical !== undefined)
    info.extensions = new Extensions([
      new Extension({ extnID: '1.2.3.4', critical, extnValue: new OctetString(new Uint8Array([5, 0])) }),
    ]);
  return info;
}

function signerOf(signing: Issued, leaf: Issued, content: Buffer, options: TokenOptions): SignerInfo {
  const { tbsCertificate } = AsnConvert.parse(leaf.der, Certificate);
  const digest = new asn1js.OctetString({ valueHex: sha('sha256', options.digestOf ?? content) });
  const attributes = [
    attribute('1.2.840.113549.1.9.3', new asn1js.ObjectIdentifier({ value: TIMESTAMP_INFO })),
    attribute('1.2.840.113549.1.9.4', digest),
    ...(options.repeatsDigest === true ? [attribute('1.2.840.113549.1.9.4', digest)] : []),
    ...(options.signingTime === undefined
      ? []
      : [attribute('1.2.840.113549.1.9.5', new asn1js.UTCTime({ valueDate: new Date(options.signingTime) }))]),
    ...(options.names === null ? [] : [certificateAttribute(options.names ?? leaf)]),
  ];
  const set = new asn1js.Set({ value: attributes.map((one) => asn1js.fromBER(AsnConvert.serialize(one)).result) });
  return new SignerInfo({
    version: 1,
    sid: new SignerIdentifier({
      issuerAndSerialNumber: new IssuerAndSerialNumber({
        issuer: tbsCertificate.issuer,
        serialNumber: tbsCertificate.serialNumber,
      }),
    }),
    digestAlgorithm: new AlgorithmIdentifier({ algorithm: SHA_256 }),
    signedAttrs: attributes,
    signatureAlgorithm: new AlgorithmIdentifier({ algorithm: ECDSA_SHA_256 }),
    signature: new OctetString(sign('sha256', Buffer.from(set.toBER()), signing.key)),
  });
}

function attribute(attrType: string, value: asn1js.BaseBlock): Attribute {
  return new Attribute({ attrType, attrValues: [value.toBER()] });
}

/** SigningCertificateV2 with one ESSCertIDv2 (RFC 5035), SHA-256 by default. */
function certificateAttribute({ der }: Issued): Attribute {
  const hash = new asn1js.OctetString({ valueHex: sha('sha256', der) });
  const id = new asn1js.Sequence({ value: [hash] });
  const list = new asn1js.Sequence({ value: [id] });
  return attribute('1.2.840.113549.1.9.16.2.47', new asn1js.Sequence({ value: [list] }));
}
