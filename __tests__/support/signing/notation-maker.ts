import { createHash, createPrivateKey, type KeyObject, sign, webcrypto } from 'node:crypto';
// The mock brings the polyfill that @peculiar/x509 needs; it has to come first.
import '@sigstore/mock';
import * as x509 from '@peculiar/x509';
import { encode, Token, Type } from 'cborg';
import { type Certificate, readCertificate } from '../../../src/signatures/notation/certificate.js';
import type { NotationTrust, TargetArtifact } from '../../../src/signatures/notation/verify.js';

/** A certificate, and the key that signs with it. */
export interface Issued {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly key: KeyObject;
  readonly der: Buffer;
}

export interface IssueOptions {
  readonly subject?: string;
  /** Itself, if there is none. */
  readonly issuer?: Issued | undefined;
  readonly ca?: boolean;
  readonly pathLength?: number;
  readonly keyUsage?: number | undefined;
  readonly keyUsageCritical?: boolean;
  readonly purposes?: readonly string[];
  readonly purposesCritical?: boolean;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly curve?: 'P-256' | 'P-384' | 'P-521';
  readonly rsa?: number;
  readonly hash?: 'SHA-1' | 'SHA-256' | 'SHA-384';
  readonly extensions?: readonly x509.Extension[];
}

const { KeyUsageFlags: usage } = x509;
let serial = 1000;

/** Issues a certificate: a leaf that may sign artifacts, unless the options say otherwise. */
export async function issue(options: IssueOptions = {}): Promise<Issued> {
  const {
    subject = 'C=US,ST=Washington,L=Redmond,O=Acme,CN=Release',
    issuer,
    ca = false,
    hash = 'SHA-256',
    rsa,
    curve = 'P-256',
  } = options;
  const algorithm =
    rsa === undefined
      ? ({ name: 'ECDSA', namedCurve: curve } as const)
      : ({
          name: 'RSASSA-PKCS1-v1_5',
          modulusLength: rsa,
          publicExponent: new Uint8Array([1, 0, 1]),
          hash: 'SHA-256',
        } as const);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const flags =
    'keyUsage' in options ? options.keyUsage : ca ? usage.keyCertSign | usage.cRLSign : usage.digitalSignature;
  const extensions = [
    new x509.BasicConstraintsExtension(ca, options.pathLength, true),
    ...(flags === undefined ? [] : [new x509.KeyUsagesExtension(flags, options.keyUsageCritical ?? true)]),
    ...(options.purposes === undefined
      ? []
      : [new x509.ExtendedKeyUsageExtension([...options.purposes], options.purposesCritical ?? false)]),
    ...(options.extensions ?? []),
  ];
  const signer = issuer?.keys.privateKey ?? keys.privateKey;
  const common = {
    serialNumber: (serial++).toString(16).padStart(4, '0'),
    notBefore: new Date(options.notBefore ?? '2024-01-01T00:00:00Z'),
    notAfter: new Date(options.notAfter ?? '2060-01-01T00:00:00Z'),
    extensions,
    signingAlgorithm: signer.algorithm.name === 'ECDSA' ? { name: 'ECDSA', hash } : { name: 'RSASSA-PKCS1-v1_5', hash },
  };
  const certificate = await (issuer === undefined
    ? x509.X509CertificateGenerator.createSelfSigned({ ...common, name: subject, keys })
    : x509.X509CertificateGenerator.create({
        ...common,
        subject,
        issuer: issuer.certificate.subject,
        publicKey: keys.publicKey,
        signingKey: issuer.keys.privateKey,
      }));
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate,
    keys,
    key: createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }),
    der: Buffer.from(certificate.rawData),
  };
}

/** Leaf first, the root last. */
export type Chain = readonly [Issued, ...Issued[]];

/** A chain of three, each of which the options change. */
export async function makeChain(
  options: { readonly leaf?: IssueOptions; readonly intermediate?: IssueOptions; readonly root?: IssueOptions } = {},
): Promise<Chain> {
  const root = await issue({ subject: 'CN=Root,O=Acme,C=US', ca: true, ...options.root });
  const intermediate = await issue({
    subject: 'CN=Signing CA,O=Acme,C=US',
    ca: true,
    issuer: root,
    ...options.intermediate,
  });
  return [await issue({ issuer: intermediate, ...options.leaf }), intermediate, root];
}

/** A chain as the program reads it. */
export function asCertificates(chain: readonly Pick<Issued, 'der'>[]): readonly Certificate[] {
  return chain.map(({ der }) => {
    const read = readCertificate(der);
    if (!read.ok) throw new Error(read.error);
    return read.value;
  });
}

export const TARGET: TargetArtifact = {
  mediaType: 'application/vnd.oci.image.index.v1+json',
  digest: `sha256:${'ab'.repeat(32)}`,
  size: 1079,
};

export interface EnvelopeOptions {
  readonly target?: unknown;
  readonly payload?: Buffer;
  /** Members of the protected header, over the usual ones; undefined leaves one out. */
  readonly header?: Readonly<Record<string, unknown>>;
  readonly unprotected?: Readonly<Record<string, unknown>>;
  readonly certificates?: readonly Buffer[];
  readonly timestamp?: (signature: Buffer) => Promise<Buffer>;
}

const PAYLOAD_TYPE = 'application/vnd.cncf.notary.payload.v1+json';
const SIGNED_AT = '2024-06-01T00:00:00Z';

function payloadOf({ payload, target = TARGET }: EnvelopeOptions): Buffer {
  return payload ?? Buffer.from(JSON.stringify({ targetArtifact: target }));
}

function signatureOf({ key }: Issued, bytes: Buffer): Buffer {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === undefined) return sign('sha256', bytes, { key, padding: 6, saltLength: -1 });
  const hash = { prime256v1: 'sha256', secp384r1: 'sha384', secp521r1: 'sha512' }[curve] ?? 'sha256';
  return sign(hash, bytes, { key, dsaEncoding: 'ieee-p1363' });
}

function without(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** A JWS envelope by the first certificate of the chain. */
export async function makeJws(chain: Chain, options: EnvelopeOptions = {}): Promise<Buffer> {
  const header = without({
    alg: 'ES256',
    cty: PAYLOAD_TYPE,
    crit: ['io.cncf.notary.signingScheme'],
    'io.cncf.notary.signingScheme': 'notary.x509',
    'io.cncf.notary.signingTime': SIGNED_AT,
    ...options.header,
  });
  const protectedHeader = Buffer.from(JSON.stringify(header)).toString('base64url');
  const payload = payloadOf(options).toString('base64url');
  const signature = signatureOf(chain[0], Buffer.from(`${protectedHeader}.${payload}`));
  const timestamp = await options.timestamp?.(signature);
  const certificates = options.certificates ?? chain.map(({ der }) => der);
  return Buffer.from(
    JSON.stringify({
      payload,
      protected: protectedHeader,
      header: {
        x5c: certificates.map((der) => der.toString('base64')),
        ...(timestamp === undefined ? {} : { 'io.cncf.notary.timestampSignature': timestamp.toString('base64') }),
        ...options.unprotected,
      },
      signature: signature.toString('base64url'),
    }),
  );
}

/** CBOR in which dates have tag 1. */
export function encodeCbor(value: unknown): Buffer {
  return Buffer.from(
    encode(value, {
      typeEncoders: {
        Date: (date: Date) => [new Token(Type.tag, 1), new Token(Type.uint, Math.floor(date.getTime() / 1000))],
      },
    }),
  );
}

/** A COSE envelope by the first certificate of the chain. Header labels that are numbers are written as such. */
export async function makeCose(chain: Chain, options: EnvelopeOptions = {}): Promise<Buffer> {
  const header = new Map<unknown, unknown>(
    Object.entries(
      without({
        1: -7,
        2: ['io.cncf.notary.signingScheme'],
        3: PAYLOAD_TYPE,
        'io.cncf.notary.signingScheme': 'notary.x509',
        'io.cncf.notary.signingTime': new Date(SIGNED_AT),
        ...options.header,
      }),
    ).map(labeled),
  );
  const protectedHeader = encodeCbor(header);
  const payload = payloadOf(options);
  const signature = signatureOf(chain[0], encodeCbor(['Signature1', protectedHeader, Buffer.alloc(0), payload]));
  const timestamp = await options.timestamp?.(signature);
  const unprotected = new Map<unknown, unknown>([
    [33, options.certificates ?? chain.map(({ der }) => der)],
    ...(timestamp === undefined ? [] : [['io.cncf.notary.timestampSignature', timestamp] as const]),
    ...Object.entries(options.unprotected ?? {}).map(labeled),
  ]);
  return Buffer.concat([Buffer.from([0xd2]), encodeCbor([protectedHeader, unprotected, payload, signature])]);
}

function labeled([label, value]: readonly [string, unknown]): readonly [unknown, unknown] {
  return [/^\d+$/.test(label) ? Number(label) : label, value];
}

/** A trust in the last certificate of a chain under `notary.x509`, with changes. */
export function trustIn(chain: readonly Issued[], changes: Partial<NotationTrust> = {}): NotationTrust {
  return {
    ca: asCertificates(chain.slice(-1)),
    signingAuthority: [],
    tsa: [],
    identities: 'any',
    timestamps: 'always',
    expiry: 'enforce',
    authenticTimestamp: 'enforce',
    revocation: 'enforce',
    timestampRevocation: 'enforce',
    ...changes,
  };
}

export function sha(hash: 'sha1' | 'sha256' | 'sha512', bytes: Uint8Array): Buffer {
  return createHash(hash).update(bytes).digest();
}
