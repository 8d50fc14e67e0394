import { decode, encode, type TagDecodeControl } from 'cborg';
import { ok, type Result } from '../../lib/result.js';
import { ATTRIBUTE, checkAttributes, type Envelope } from './envelope.js';
import { type NotationRefusal, refuse } from './refusal.js';

/** Labels of the COSE header. @see https://www.iana.org/assignments/cose/cose.xhtml */
const LABEL = { algorithm: 1, critical: 2, contentType: 3, certificates: 33 } as const;
/** @see https://github.com/notaryproject/specifications/blob/main/specs/signature-envelope-cose.md#supported-signature-algorithms */
const ALGORITHMS: ReadonlyMap<unknown, string> = new Map([
  [-37, 'PS256'],
  [-38, 'PS384'],
  [-39, 'PS512'],
  [-7, 'ES256'],
  [-35, 'ES384'],
  [-36, 'ES512'],
]);

/** The content of CBOR tag 18: COSE_Sign1. */
class Sign1 {
  readonly content: unknown;
  constructor(content: unknown) {
    this.content = content;
  }
}

/** The content of CBOR tag 1: seconds since 1970. */
class EpochTime {
  readonly seconds: unknown;
  constructor(seconds: unknown) {
    this.seconds = seconds;
  }
}

/**
 * Reads a COSE envelope: COSE_Sign1 with its tag, in CBOR without repeated keys, indefinite or long forms, tags that are
 * not known, text that is no UTF-8, or bytes after it. The certificates must be where notation reads them, in the unprotected header.
 *
 * @see https://github.com/notaryproject/specifications/blob/main/specs/signature-envelope-cose.md
 */
export function readCose(bytes: Uint8Array): Result<Envelope, NotationRefusal> {
  const message = decodeCbor(bytes, { 18: (content) => new Sign1(content()) });
  if (!(message instanceof Sign1) || !Array.isArray(message.content) || message.content.length !== 4)
    return refuse('envelope', 'it is not a tagged COSE_Sign1 in strict CBOR');
  const [rawHeader, unprotected, payload, signature]: readonly unknown[] = message.content;
  if (
    !(rawHeader instanceof Uint8Array) ||
    !(unprotected instanceof Map) ||
    !(payload instanceof Uint8Array) ||
    !(signature instanceof Uint8Array)
  )
    return refuse('envelope', 'a part of its COSE_Sign1 has the wrong type');
  const header = decodeCbor(rawHeader, { 1: (content) => new EpochTime(content()) });
  if (!(header instanceof Map)) return refuse('envelope', 'its protected header is not a map in strict CBOR');
  const repeated = [...header.keys()].find((label) => unprotected.has(label));
  if (repeated !== undefined)
    return refuse('envelope', `its header ${String(repeated)} is in both the protected and the unprotected headers`);
  if (header.has(LABEL.certificates))
    return refuse('envelope', 'its certificates are in the protected header, which notation does not read');
  return readParts(header, unprotected, Buffer.from(rawHeader), Buffer.from(payload), Buffer.from(signature));
}

function readParts(
  header: ReadonlyMap<unknown, unknown>,
  unprotected: ReadonlyMap<unknown, unknown>,
  rawHeader: Buffer,
  payload: Buffer,
  signature: Buffer,
): Result<Envelope, NotationRefusal> {
  const algorithm = header.get(LABEL.algorithm);
  const contentType = header.get(LABEL.contentType);
  const critical = header.get(LABEL.critical) ?? [];
  const certificates = unprotected.get(LABEL.certificates);
  const timestamp = unprotected.get(ATTRIBUTE.timestamp);
  if (typeof algorithm !== 'number') return refuse('envelope', 'its protected header names no algorithm');
  if (typeof contentType !== 'string') return refuse('envelope', 'its protected header names no content type');
  if (!Array.isArray(critical) || !critical.every((label) => typeof label === 'string' || typeof label === 'number'))
    return refuse('envelope', 'its list of critical headers is malformed');
  if (!Array.isArray(certificates) || !certificates.every((one) => one instanceof Uint8Array))
    return refuse('envelope', 'it carries no certificate chain in its unprotected header');
  if (timestamp !== undefined && !(timestamp instanceof Uint8Array))
    return refuse('envelope', 'its timestamp is not a byte string');
  const times = readTimes(header);
  if (times === undefined) return refuse('envelope', 'a time in its protected header is not a tagged time');
  const names = critical.filter((label) => label !== LABEL.contentType).map(String);
  const attributes = checkAttributes({
    ...times,
    scheme: header.get(ATTRIBUTE.scheme),
    plugin: header.get(ATTRIBUTE.plugin),
    critical: names,
    has: (name) => header.has(name) || header.has(Number(name)),
  });
  if (!attributes.ok) return attributes;
  return ok({
    form: 'COSE',
    algorithm: ALGORITHMS.get(algorithm) ?? `the COSE algorithm ${algorithm}`,
    contentType,
    payload,
    // Sig_structure of RFC 9052, section 4.4, with no external data.
    signedBytes: Buffer.from(encode(['Signature1', rawHeader, Buffer.alloc(0), payload])),
    signature,
    chain: certificates.map((one) => Buffer.from(one)),
    attributes: attributes.value,
    ...(timestamp === undefined ? {} : { timestamp: Buffer.from(timestamp) }),
  });
}

/** The times of the header, each undefined where it is absent; undefined where one is in another form. */
function readTimes(header: ReadonlyMap<unknown, unknown>) {
  const read = (name: string): Date | undefined | null => {
    const value = header.get(name);
    if (value === undefined) return undefined;
    if (!(value instanceof EpochTime) || typeof value.seconds !== 'number') return null;
    const date = new Date(value.seconds * 1000);
    return Number.isNaN(date.getTime()) ? null : date;
  };
  const signingTime = read(ATTRIBUTE.signingTime);
  const authenticSigningTime = read(ATTRIBUTE.authenticSigningTime);
  const expiry = read(ATTRIBUTE.expiry);
  if (signingTime === null || authenticSigningTime === null || expiry === null) return undefined;
  return { signingTime, authenticSigningTime, expiry };
}

type Tags = Readonly<Record<number, (content: TagDecodeControl) => unknown>>;

/** What the decoder writes in place of bytes that are no UTF-8, which Go's decoder refuses. */
const REPLACEMENT = '\uFFFD';

function hasBadText(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(REPLACEMENT);
  if (value instanceof Sign1) return hasBadText(value.content);
  if (value instanceof EpochTime) return hasBadText(value.seconds);
  if (value instanceof Map) return [...value].some(hasBadText);
  return Array.isArray(value) && value.some(hasBadText);
}

/** Decodes strict CBOR; undefined for anything else. Nesting is bounded by the size of the bytes and the engine's stack. */
function decodeCbor(bytes: Uint8Array, tags: Tags): unknown {
  try {
    const value: unknown = decode(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      rejectDuplicateMapKeys: true,
      useMaps: true,
      tags: { ...tags },
    });
    return hasBadText(value) ? undefined : value;
  } catch {
    return undefined;
  }
}
