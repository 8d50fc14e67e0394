import { createHash, type KeyObject } from 'node:crypto';
import { type Attribute, ContentInfo, SignedData, type SignerInfo } from '@peculiar/asn1-cms';
import { AsnConvert } from '@peculiar/asn1-schema';
import { TSTInfo } from '@peculiar/asn1-tsp';
import { type BaseBlock, fromBER, ObjectIdentifier, OctetString, Sequence, Set as SetBlock } from 'asn1js';
import { err, ok, type Result } from '../../lib/result.js';
import { type Certificate, parseAsn1, readCertificate } from './certificate.js';
import { checkTimestampChain, invalidDuring, isIssuedBy, MAX_CHAIN } from './chain.js';
import { findAlgorithm, isSignedWith } from './signature-algorithms.js';

/** A time that a trusted authority vouches for: the signature existed between the two. */
export interface AuthenticTime {
  readonly at: Date;
  readonly from: Date;
  readonly to: Date;
  /** The authority's chain, up to a root of the store. */
  readonly chain: readonly Certificate[];
}

const TOKEN_LIMITS = { bytes: 256 * 1024, certificates: 16 } as const;
const OID = {
  signedData: '1.2.840.113549.1.7.2',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  /** best-practices-ts-policy of ETSI EN 319 421, whose tokens are exact to a second. */
  baselinePolicy: '0.4.0.2023.1.1',
} as const;
const HASHES: ReadonlyMap<string, 'sha256' | 'sha384' | 'sha512'> = new Map([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);
/** RSA as the key's algorithm alone: the hash is the digest's. */
const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';

/**
 * Verifies an RFC 3161 token over a signature: its imprint, its signed attributes with ESS signingCertificateV2 (RFC
 * 5816), the authority's signature, and a chain to a root of the store that was valid then. Whether the authority's
 * certificates are revoked is the caller's question. Fails with a clause that can follow "because".
 */
export function verifyTimestamp(
  token: Uint8Array,
  signature: Uint8Array,
  roots: readonly Certificate[],
): Result<AuthenticTime, string> {
  if (token.length > TOKEN_LIMITS.bytes) return err(`its timestamp is larger than ${TOKEN_LIMITS.bytes} bytes`);
  try {
    return verifyParsed(parseToken(token), signature, roots);
  } catch (error) {
    const detail = error instanceof TokenError ? error.message : 'it is malformed';
    return err(`its timestamp can't be used: ${detail}`);
  }
}

/** What is wrong with a token, as a clause. */
class TokenError extends Error {
  override readonly name = 'TokenError';
}

interface Token {
  readonly content: Buffer;
  readonly info: TSTInfo;
  readonly signer: SignerInfo;
  readonly certificates: readonly Certificate[];
}

function parseToken(bytes: Uint8Array): Token {
  const outer = parseAsn1(bytes, ContentInfo);
  const { contentType, content: signedContent } = outer;
  // The parser stops where a structure ends, and other readers would see what follows.
  if (
    !Buffer.from(AsnConvert.serialize(outer)).equals(bytes) ||
    fromBER(signedContent).offset !== signedContent.byteLength
  )
    throw new TokenError('it is not DER, or extra bytes follow it');
  if (contentType !== OID.signedData) throw new TokenError('it is not CMS signed data');
  const data = parseAsn1(signedContent, SignedData);
  const { eContentType, eContent } = data.encapContentInfo;
  const content = eContent?.single?.buffer;
  if (eContentType !== OID.timestampInfo || content === undefined) throw new TokenError('it contains no timestamp');
  const [signer, ...others] = [...data.signerInfos];
  if (signer === undefined || others.length > 0) throw new TokenError('it must be signed by exactly one authority');
  if (data.version !== 3 || signer.version !== 1)
    throw new TokenError('its version is not the one that RFC 3161 defines');
  const carried = [...(data.certificates ?? [])].flatMap(({ certificate }) => certificate ?? []);
  if (carried.length > TOKEN_LIMITS.certificates) throw new TokenError('it carries too many certificates');
  const token = Buffer.from(signedContent);
  const certificates = carried.map((one) => {
    const der = Buffer.from(AsnConvert.serialize(one));
    const read = readCertificate(der);
    // What reads as a certificate and is written otherwise is not DER, which Go's readers refuse.
    if (!read.ok || !token.includes(der)) throw new TokenError('it carries a certificate that is not DER');
    return read.value;
  });
  return { content: Buffer.from(content), info: parseAsn1(content, TSTInfo), signer, certificates };
}

function verifyParsed(
  { content, info, signer, certificates }: Token,
  signature: Uint8Array,
  roots: readonly Certificate[],
): Result<AuthenticTime, string> {
  const { at, from, to } = readTime(info);
  if (!imprints(info, signature)) throw new TokenError('it is for another signature');
  const leaf = checkSigner(signer, content, [...certificates, ...roots]);
  const chain = findChain(leaf, certificates, roots, at);
  if (chain === undefined) throw new TokenError(`no root in the timestamp trust store issued ${leaf.subject}`);
  const sound = checkTimestampChain(chain);
  if (!sound.ok) throw new TokenError(`its authority is not trusted: ${sound.error}`);
  const claimed = signingTimeOf(signer);
  if (claimed !== undefined && invalidDuring(chain, claimed, claimed) !== undefined)
    throw new TokenError("its signing time is outside its authority's validity");
  return ok({ at, from, to, chain });
}

function readTime(info: TSTInfo): Pick<AuthenticTime, 'at' | 'from' | 'to'> {
  if (Number(info.version) !== 1) throw new TokenError('its version is not 1');
  if ((info.extensions ?? []).some(({ critical }) => critical))
    throw new TokenError('it has an unsupported critical extension');
  const { seconds = 0, millis = 0, micros = 0 } = info.accuracy ?? {};
  const stated = seconds * 1000 + millis + micros / 1000;
  const accuracy = stated === 0 && info.policy === OID.baselinePolicy ? 1000 : stated;
  const at = info.genTime.getTime();
  const [from, to] = [new Date(Math.floor(at - accuracy)), new Date(Math.ceil(at + accuracy))];
  if (!(accuracy >= 0) || Number.isNaN(from.getTime() + to.getTime())) throw new TokenError('its time is malformed');
  return { at: info.genTime, from, to };
}

function imprints({ messageImprint }: TSTInfo, signature: Uint8Array): boolean {
  const hash = HASHES.get(messageImprint.hashAlgorithm.algorithm);
  if (hash === undefined) throw new TokenError('its message imprint uses a hash outside the SHA-2 family');
  return createHash(hash).update(signature).digest().equals(Buffer.from(messageImprint.hashedMessage.buffer));
}

/** The certificate that the signed attributes name, whose key signed them over this content. */
function checkSigner(signer: SignerInfo, content: Buffer, candidates: readonly Certificate[]): Certificate {
  const hash = HASHES.get(signer.digestAlgorithm.algorithm);
  if (hash === undefined) throw new TokenError('its digest uses a hash outside the SHA-2 family');
  const attributes = signer.signedAttrs ?? [];
  const type = onlyValue(attributes, OID.contentType);
  if (!(type instanceof ObjectIdentifier) || type.getValue() !== OID.timestampInfo)
    throw new TokenError('its signed attributes are for another content type');
  const digest = onlyValue(attributes, OID.messageDigest);
  if (!(digest instanceof OctetString) || !createHash(hash).update(content).digest().equals(bytesOf(digest)))
    throw new TokenError('its signed attributes are for other content');
  const leaf = findSigner(signer, attributes, candidates);
  const signed = new SetBlock({ value: attributes.map((one) => parseBlock(AsnConvert.serialize(one))) }).toBER();
  if (!isSigned(Buffer.from(signed), signer, hash, leaf.key))
    throw new TokenError("its authority's signature does not verify");
  return leaf;
}

function isSigned(signed: Buffer, signer: SignerInfo, hash: 'sha256' | 'sha384' | 'sha512', key: KeyObject): boolean {
  const { signatureAlgorithm: identifier } = signer;
  const algorithm =
    identifier.algorithm === RSA_ENCRYPTION ? ({ key: 'rsa', hash, isPss: false } as const) : findAlgorithm(identifier);
  return isSignedWith(algorithm, key, signed, Buffer.from(signer.signature.buffer));
}

/** The certificate by the signer's issuer and serial number, if ESS signingCertificateV2 has its hash. */
function findSigner(
  { sid }: SignerInfo,
  attributes: readonly Attribute[],
  candidates: readonly Certificate[],
): Certificate {
  const named = sid.issuerAndSerialNumber;
  if (named === undefined) throw new TokenError('it does not identify its signer by issuer and serial number');
  const issuer = Buffer.from(AsnConvert.serialize(named.issuer));
  const serial = Buffer.from(named.serialNumber);
  const leaf = candidates.find((one) => one.serial.equals(serial) && one.issuerDer.equals(issuer));
  if (leaf === undefined) throw new TokenError("it does not include its signer's certificate");
  const { hash, digest } = readSigningCertificate(onlyValue(attributes, OID.signingCertificateV2));
  if (!createHash(hash).update(leaf.der).digest().equals(digest))
    throw new TokenError('its signingCertificateV2 names another certificate');
  return leaf;
}

/** The first ESSCertIDv2 (RFC 5035): an algorithm, SHA-256 unless it says another, and the hash of the certificate. */
function readSigningCertificate(attribute: BaseBlock): { hash: string; digest: Buffer } {
  const [list] = childrenOf(attribute);
  const [first] = childrenOf(list);
  const [head, ...rest] = childrenOf(first);
  const [oid] = head instanceof Sequence ? childrenOf(head) : [];
  const hash = head instanceof Sequence ? HASHES.get(oid instanceof ObjectIdentifier ? oid.getValue() : '') : 'sha256';
  const digest = head instanceof Sequence ? rest[0] : head;
  if (hash === undefined || !(digest instanceof OctetString))
    throw new TokenError("its signingCertificateV2 can't be used");
  return { hash, digest: bytesOf(digest) };
}

function childrenOf(block: BaseBlock | undefined): readonly BaseBlock[] {
  return block instanceof Sequence ? block.valueBlock.value : [];
}

function bytesOf(block: OctetString): Buffer {
  return Buffer.from(block.getValue());
}

/** The one value of an attribute that must be there once. */
function onlyValue(attributes: readonly Attribute[], type: string): BaseBlock {
  const [attribute, ...others] = attributes.filter(({ attrType }) => attrType === type);
  const [value, ...more] = attribute?.attrValues ?? [];
  if (value === undefined || others.length + more.length > 0)
    throw new TokenError(`its signed attribute ${type} is missing or repeated`);
  return parseBlock(value);
}

function parseBlock(bytes: ArrayBuffer): BaseBlock {
  const { result, offset } = fromBER(bytes);
  if (offset === -1) throw new TokenError('one of its signed attributes is malformed');
  return result;
}

function signingTimeOf({ signedAttrs = [] }: SignerInfo): Date | undefined {
  if (!signedAttrs.some(({ attrType }) => attrType === OID.signingTime)) return undefined;
  const value = onlyValue(signedAttrs, OID.signingTime);
  const date = 'toDate' in value && typeof value.toDate === 'function' ? value.toDate() : undefined;
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) throw new TokenError('its signing time is malformed');
  return date;
}

/**
 * The shortest chain from a certificate to one of the roots, through certificates that were authorities and valid at
 * the time. Each certificate is examined once, so that authorities that certify each other cost no more than others.
 */
function findChain(
  leaf: Certificate,
  carried: readonly Certificate[],
  roots: readonly Certificate[],
  at: Date,
): readonly Certificate[] | undefined {
  const unused = new Set(carried.filter(({ constraints }) => constraints?.ca === true));
  const queue: (readonly Certificate[])[] = [[leaf]];
  for (const chain of queue) {
    const last = chain.at(-1);
    if (last === undefined || invalidDuring([last], at, at) !== undefined) continue;
    if (roots.some(({ der }) => der.equals(last.der))) return chain;
    if (chain.length >= MAX_CHAIN) continue;
    const root = roots.find((one) => isIssuedBy(last, one));
    if (root !== undefined && invalidDuring([root], at, at) === undefined) return [...chain, root];
    for (const issuer of unused) {
      if (!isIssuedBy(last, issuer)) continue;
      unused.delete(issuer);
      queue.push([...chain, issuer]);
    }
  }
  return undefined;
}
