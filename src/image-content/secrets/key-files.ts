import { type BerElement, berChildren, berElement, berElements, berOctets } from './ber.js';

/** Real keys are some kilobytes and key stores some hundreds of them; a larger one is named as not evaluated. */
export const MAX_KEY_FILE = 4 * 1024 * 1024;
/** More members than a key has. */
const MAX_MEMBERS = 12;
/** Real key stores do not nest bags; deeper ones are meant to hide something. */
const MAX_NESTED_BAGS = 4;

const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const SEQUENCE = 0x30;
const EXPLICIT = 0xa0;

/** What a file of keys holds. */
export interface KeyFile {
  readonly kind: string;
  /** All of it is encrypted, so whether there is a private key or certificates alone is not known. */
  readonly isClosed?: true;
}

/** Whether a file that begins like this may be a private key or a key store in a binary form: almost no other file does. */
export function beginsLikeKeyFile(head: Uint8Array): boolean {
  if (isKeyStore(head)) return true;
  if (head[0] !== SEQUENCE) return false;
  const lengthOctets = (head[1] ?? 0) > 0x80 ? (head[1] ?? 0) - 0x80 : 0;
  const at = 2 + lengthOctets;
  if (lengthOctets > 4) return false;
  // A version of one octet; or an algorithm's identifier, as encrypted keys have.
  if (head[at] === INTEGER) return head[at + 1] === 1 && (head[at + 2] ?? 255) <= 3;
  return head[at] === SEQUENCE && head.subarray(at + 2, at + 6).includes(OBJECT_IDENTIFIER);
}

/**
 * Says whether a whole file is a private key (PKCS #8, PKCS #1, SEC 1 or DSA in DER, encrypted ones too) or a key store
 * with one (PKCS #12, JKS, JCEKS), by its structure. Certificates, public keys and stores of certificates alone are
 * none: null. Never throws.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5958 and https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2
 * @see https://www.rfc-editor.org/rfc/rfc5915 and https://www.rfc-editor.org/rfc/rfc7292
 */
export function readKeyFile(bytes: Uint8Array): KeyFile | null {
  try {
    if (isKeyStore(bytes)) return readKeyStore(bytes);
    const file = berElement(bytes, 0);
    if (file.tag !== SEQUENCE) return null;
    const members = berChildren(file.content, MAX_MEMBERS);
    return readKey(members) ?? readPkcs12(members);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** A key by the types of its members. */
function readKey(members: readonly BerElement[]): KeyFile | null {
  const types = members.map(({ tag }) => tag);
  const [first, second] = members;
  if (first === undefined || second === undefined) return null;
  const version = first.content.length === 1 ? first.content[0] : undefined;
  if (types[0] === SEQUENCE) {
    const isKey = types.length === 2 && types[1] === OCTET_STRING && isEncryption(first);
    return isKey ? { kind: 'encrypted private key (DER)' } : null;
  }
  if (types[0] !== INTEGER || version === undefined || version > 1) return null;
  if (types[1] === SEQUENCE && types[2] === OCTET_STRING && hasIdentifier(second))
    return { kind: 'private key (DER, PKCS #8)' };
  if (types[1] === OCTET_STRING && version === 1 && types.slice(2).every((tag) => tag === EXPLICIT || tag === 0xa1))
    return { kind: 'EC private key (DER)' };
  if (types.slice(0, 9).every((tag) => tag === INTEGER)) {
    if (types.length === 9 || (types.length === 10 && version === 1)) return { kind: 'RSA private key (DER)' };
    if (types.length === 6 && version === 0) return { kind: 'DSA private key (DER)' };
  }
  return null;
}

/** PKCS #5's and PKCS #12's ways of encrypting by a password. */
const ENCRYPTIONS = ['2a864886f70d0105', '2a864886f70d010c01'];

function isEncryption(algorithm: BerElement): boolean {
  const identifier = identifierOf(algorithm);
  return ENCRYPTIONS.some((one) => identifier?.startsWith(one));
}

function hasIdentifier(algorithm: BerElement): boolean {
  return identifierOf(algorithm) !== undefined;
}

/** The object identifier that a sequence begins with, as hex. */
function identifierOf({ content }: BerElement): string | undefined {
  const [identifier] = berChildren(content, 1);
  return identifier?.tag === OBJECT_IDENTIFIER ? Buffer.from(identifier.content).toString('hex') : undefined;
}

const DATA = '2a864886f70d010701';
const SIGNED_DATA = '2a864886f70d010702';
const BAG = '2a864886f70d010c0a01';

function readPkcs12(members: readonly BerElement[]): KeyFile | null {
  const [version, authSafe] = members;
  if (version?.tag !== INTEGER || version.content[0] !== 3 || authSafe?.tag !== SEQUENCE) return null;
  const type = identifierOf(authSafe);
  if (type === SIGNED_DATA) return { kind: 'PKCS #12 store', isClosed: true };
  if (type !== DATA) return null;
  let isClosed = false;
  for (const content of sequenceIn(dataOf(authSafe))) {
    if (identifierOf(content) !== DATA) isClosed = true;
    else if (hasKeyBag(dataOf(content), 0)) return { kind: 'PKCS #12 store with a private key' };
  }
  return isClosed ? { kind: 'PKCS #12 store', isClosed } : null;
}

function hasKeyBag(safeContents: Uint8Array, depth: number): boolean {
  for (const bag of sequenceIn(safeContents)) {
    const identifier = identifierOf(bag);
    // keyBag, pkcs8ShroudedKeyBag and secretBag; safeContentsBag holds bags itself.
    if ([1, 2, 5].some((number) => identifier === `${BAG}0${number}`)) return true;
    if (identifier !== `${BAG}06`) continue;
    const [, value] = berChildren(bag.content, 2);
    if (depth === MAX_NESTED_BAGS || (value !== undefined && hasKeyBag(value.content, depth + 1))) return true;
  }
  return false;
}

/** The octets of a ContentInfo of the type data. */
function dataOf(info: BerElement): Uint8Array {
  const [, explicit] = berChildren(info.content, 2);
  if (explicit?.tag !== EXPLICIT) throw new RangeError('it has no content');
  return berOctets(berElement(explicit.content, 0));
}

function sequenceIn(bytes: Uint8Array): Iterable<BerElement> {
  return berElements(berElement(bytes, 0).content);
}

/** Java's own stores begin with FEEDFEED (JKS) or CECECECE (JCEKS). */
function isKeyStore(bytes: Uint8Array): boolean {
  const magic = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  return magic === 'feedfeed' || magic === 'cececece';
}

/**
 * Walks over the entries of a JKS or JCEKS store: 1 is a private key, 2 a certificate, 3 a secret key.
 * @see https://github.com/openjdk/jdk/blob/master/src/java.base/share/classes/sun/security/provider/JavaKeyStore.java
 */
function readKeyStore(bytes: Uint8Array): KeyFile | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(4);
  const entries = view.getUint32(8);
  let at = 12;
  for (let i = 0; i < entries; i += 1) {
    if (view.getUint32(at) !== 2) return { kind: 'Java key store with a private key' };
    at += 4;
    // An alias, eight bytes of date, the certificate's type (not in version 1), and the certificate.
    at += 2 + view.getUint16(at) + 8;
    if (version === 2) at += 2 + view.getUint16(at);
    at += 4 + view.getUint32(at);
  }
  return null;
}
