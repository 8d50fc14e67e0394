import { sign } from 'node:crypto';
import {
  BasicOCSPResponse,
  CertStatus,
  id_pkix_ocsp_basic,
  OCSPRequest,
  OCSPResponse,
  OCSPResponseStatus,
  ResponderID,
  ResponseBytes,
  ResponseData,
  RevokedInfo,
  SingleResponse,
} from '@peculiar/asn1-ocsp';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  Certificate,
  CertificateList,
  CRLReason,
  type CRLReasons,
  Extension,
  RevokedCertificate,
  TBSCertList,
  Time,
  Version,
} from '@peculiar/asn1-x509';
import type { Certificate as ReadCertificate } from '../../../src/signatures/notation/certificate.js';
import { ocspRequest } from '../../../src/signatures/notation/ocsp.js';
import type { Issued } from './notation-maker.js';

const ECDSA_SHA_256 = new AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' });

/** An extension with a value in DER. */
export function extension(extnID: string, value: unknown, critical = false): Extension {
  const der = value instanceof Uint8Array ? value : AsnConvert.serialize(value);
  return new Extension({ extnID, critical, extnValue: new OctetString(der) });
}

export interface CrlOptions {
  readonly listed?: readonly Issued[];
  readonly reason?: CRLReasons;
  readonly entryExtensions?: readonly Extension[];
  readonly extensions?: readonly Extension[];
  readonly thisUpdate?: string;
  readonly nextUpdate?: string | null;
  /** Whose key signs, where it is not the issuer's. */
  readonly signedBy?: Issued;
}

/** The list of an issuer, in DER. */
export function makeCrl(issuer: Issued, options: CrlOptions = {}): Buffer {
  const { nextUpdate = '2060-01-01T00:00:00Z', listed = [], reason } = options;
  const entryExtensions = [
    ...(reason === undefined ? [] : [extension('2.5.29.21', new CRLReason(reason))]),
    ...(options.entryExtensions ?? []),
  ];
  const tbsCertList = new TBSCertList({
    version: Version.v2,
    signature: ECDSA_SHA_256,
    issuer: AsnConvert.parse(issuer.der, Certificate).tbsCertificate.subject,
    thisUpdate: new Time(new Date(options.thisUpdate ?? '2024-06-01T00:00:00Z')),
    ...(nextUpdate === null ? {} : { nextUpdate: new Time(new Date(nextUpdate)) }),
    ...(listed.length === 0
      ? {}
      : {
          revokedCertificates: listed.map(
            ({ der }) =>
              new RevokedCertificate({
                userCertificate: AsnConvert.parse(der, Certificate).tbsCertificate.serialNumber,
                revocationDate: new Time(new Date('2024-06-01T00:00:00Z')),
                ...(entryExtensions.length === 0 ? {} : { crlEntryExtensions: entryExtensions }),
              }),
          ),
        }),
    ...(options.extensions === undefined ? {} : { crlExtensions: [...options.extensions] }),
  });
  const signature = sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertList)), (options.signedBy ?? issuer).key);
  const list = new CertificateList({
    tbsCertList,
    signatureAlgorithm: ECDSA_SHA_256,
    signature: Uint8Array.from(signature).buffer,
  });
  return Buffer.from(AsnConvert.serialize(list));
}

export interface OcspOptions {
  readonly status?: 'good' | 'revoked' | 'unknown';
  readonly thisUpdate?: string;
  readonly nextUpdate?: string | null;
  readonly signedBy?: Issued;
  /** Certificates of responders. */
  readonly carried?: readonly Issued[];
  /** The certificate that the answer is about, where it is another. */
  readonly about?: ReadCertificate;
  readonly critical?: boolean;
  readonly refused?: boolean;
}

const STATUS = {
  good: () => new CertStatus({ good: null }),
  revoked: () => new CertStatus({ revoked: new RevokedInfo({ revocationTime: new Date('2024-06-01T00:00:00Z') }) }),
  unknown: () => new CertStatus({ unknown: null }),
} as const;

/** A responder's answer about a certificate, in DER. */
export function makeOcsp(
  certificate: ReadCertificate,
  issuer: { readonly issued: Issued; readonly read: ReadCertificate },
  options: OcspOptions = {},
): Buffer {
  if (options.refused === true)
    return Buffer.from(AsnConvert.serialize(new OCSPResponse({ responseStatus: OCSPResponseStatus.tryLater })));
  const { nextUpdate = '2060-01-01T00:00:00Z', status = 'good' } = options;
  const request = AsnConvert.parse(ocspRequest(options.about ?? certificate, issuer.read), OCSPRequest);
  const [asked] = request.tbsRequest.requestList;
  if (asked === undefined) throw new Error('the request asks for nothing');
  const tbsResponseData = new ResponseData({
    responderID: new ResponderID({ byName: AsnConvert.parse(issuer.issued.der, Certificate).tbsCertificate.subject }),
    producedAt: new Date('2024-06-01T00:00:00Z'),
    responses: [
      new SingleResponse({
        certID: asked.reqCert,
        certStatus: STATUS[status](),
        thisUpdate: new Date(options.thisUpdate ?? '2024-06-01T00:00:00Z'),
        ...(nextUpdate === null ? {} : { nextUpdate: new Date(nextUpdate) }),
      }),
    ],
    ...(options.critical === undefined
      ? {}
      : { responseExtensions: [extension('1.2.3.4', new Uint8Array([5, 0]), options.critical)] }),
  });
  const signer = options.signedBy ?? issuer.issued;
  const signature = sign('sha256', Buffer.from(AsnConvert.serialize(tbsResponseData)), signer.key);
  const basic = new BasicOCSPResponse({
    tbsResponseData,
    signatureAlgorithm: ECDSA_SHA_256,
    signature: Uint8Array.from(signature).buffer,
    ...(options.carried === undefined
      ? {}
      : { certs: options.carried.map(({ der }) => AsnConvert.parse(der, Certificate)) }),
  });
  return Buffer.from(
    AsnConvert.serialize(
      new OCSPResponse({
        responseStatus: OCSPResponseStatus.successful,
        responseBytes: new ResponseBytes({
          responseType: id_pkix_ocsp_basic,
          response: new OctetString(AsnConvert.serialize(basic)),
        }),
      }),
    ),
  );
}
