import { z } from 'zod';
import { optionalField } from '../../lib/collections.js';
import { ok, type Result } from '../../lib/result.js';
import { parseStrictJson } from '../../lib/strict-json.js';
import type { FetchFromService } from '../format.js';
import { type Certificate, readCertificate } from './certificate.js';
import { checkSigningChain, invalidDuring, MAX_CHAIN } from './chain.js';
import { readCose } from './cose.js';
import { matchesSubject, type SubjectIdentity } from './distinguished-name.js';
import { checkSignature, type Envelope, PAYLOAD_TYPE, type SigningScheme } from './envelope.js';
import { readJws } from './jws.js';
import { type NotationRefusal, refuse } from './refusal.js';
import { checkRevocation } from './revocation.js';
import { type AuthenticTime, verifyTimestamp } from './timestamp.js';

/** What was signed: all three must be those of the manifest. */
export interface TargetArtifact {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** An envelope whose signature and chain are sound, over this artifact. Whether the signer is trusted is still to be decided. */
export interface ProvenEnvelope {
  readonly envelope: Envelope;
  readonly leaf: Certificate;
  /** Leaf first, self-signed last. */
  readonly chain: readonly Certificate[];
}

/** Who may sign, and how strictly that is held. */
export interface NotationTrust {
  /** Trusted under the scheme `notary.x509`: a chain must have one of them. */
  readonly ca: readonly Certificate[];
  /** Trusted under the scheme `notary.x509.signingAuthority`, for identity and time. */
  readonly signingAuthority: readonly Certificate[];
  /** Roots of timestamp authorities; without one, certificates must be valid now. */
  readonly tsa: readonly Certificate[];
  readonly identities: 'any' | readonly SubjectIdentity[];
  /** Whether a timestamp is needed always, or once a certificate has expired. */
  readonly timestamps: 'always' | 'after-expiry';
  readonly expiry: 'enforce' | 'log';
  readonly authenticTimestamp: 'enforce' | 'log';
  readonly revocation: 'enforce' | 'log' | 'skip';
  /** Of the timestamp authority's certificates. */
  readonly timestampRevocation: 'enforce' | 'skip';
}

/** Who signed, under which scheme, and when. */
export interface NotationFacts {
  readonly leaf: Certificate;
  readonly scheme: SigningScheme;
  /** The time that proves the chain, if it is not the present. */
  readonly time?: { readonly at: Date; readonly from: 'timestamp authority' | 'signing authority' };
  readonly expiry?: Date;
  /** What the trust says to log alone. */
  readonly logged: readonly NotationRefusal[];
}

const ENVELOPE_LIMIT = 1024 * 1024;
const READERS: ReadonlyMap<string, (bytes: Uint8Array) => Result<Envelope, NotationRefusal>> = new Map([
  ['application/jose+json', readJws],
  ['application/cose', readCose],
]);

const payloadSchema = z.looseObject({
  targetArtifact: z.looseObject({ mediaType: z.string(), digest: z.string(), size: z.number() }),
});

/**
 * Proves that an envelope is well-formed and signed by the key of a certificate with a sound chain, over this artifact.
 * Nothing is trusted yet.
 *
 * @see https://github.com/notaryproject/specifications/blob/main/specs/trust-store-trust-policy.md#signature-evaluation
 */
export function proveEnvelope(
  bytes: Uint8Array,
  mediaType: string,
  target: TargetArtifact,
): Result<ProvenEnvelope, NotationRefusal> {
  const reader = READERS.get(mediaType);
  if (reader === undefined)
    return refuse('manifest', `its layer has the type ${mediaType}, which is not a signature envelope`);
  if (bytes.length > ENVELOPE_LIMIT) return refuse('envelope', `it is larger than ${ENVELOPE_LIMIT} bytes`);
  const read = reader(bytes);
  if (!read.ok) return read;
  const envelope = read.value;
  if (envelope.contentType !== PAYLOAD_TYPE)
    return refuse('envelope', `its payload has the type ${envelope.contentType}; expected ${PAYLOAD_TYPE}`);
  const chain = readChain(envelope.chain);
  if (!chain.ok) return chain;
  const [leaf] = chain.value;
  if (leaf === undefined) return refuse('envelope', 'it contains no certificate');
  const signed = checkSignature(envelope, leaf);
  if (!signed.ok) return signed;
  const sound = checkSigningChain(chain.value);
  if (!sound.ok) return refuse('chain', sound.error);
  const [unknown] = envelope.attributes.unknownCritical;
  if (unknown !== undefined)
    return refuse('unknown-critical', `it marks ${unknown} as critical, which is not supported`);
  const about = checkTarget(envelope.payload, target);
  return about.ok ? ok({ envelope, leaf, chain: chain.value }) : about;
}

function readChain(encoded: readonly Buffer[]): Result<readonly Certificate[], NotationRefusal> {
  if (encoded.length > MAX_CHAIN) return refuse('chain', `its chain is longer than ${MAX_CHAIN} certificates`);
  const chain: Certificate[] = [];
  for (const [index, der] of encoded.entries()) {
    const certificate = readCertificate(der);
    if (!certificate.ok)
      return refuse('chain', `certificate ${index + 1} of its chain is invalid: ${certificate.error}`);
    chain.push(certificate.value);
  }
  return ok(chain);
}

function checkTarget(payload: Buffer, target: TargetArtifact): Result<true, NotationRefusal> {
  const json = parseStrictJson(payload);
  if (!json.ok) return refuse('descriptor', `its payload can't be read: ${json.error}`);
  const parsed = payloadSchema.safeParse(json.value);
  if (!parsed.success) return refuse('descriptor', 'its payload names no artifact');
  const signed = parsed.data.targetArtifact;
  for (const name of ['digest', 'mediaType', 'size'] as const)
    if (signed[name] !== target[name])
      return refuse('descriptor', `it signs the ${name} ${signed[name]}, but the image has ${target[name]}`);
  return ok(true);
}

/** What a verification needs besides the signature and the trust. */
export interface VerificationContext {
  readonly now: Date;
  readonly fetchRevocation: FetchFromService;
}

/**
 * Checks a proven envelope against a trust: the store of its scheme, identity, expiry, authentic time, revocation. No
 * service is queried before the chain has reached the store and the identity is a trusted one.
 */
export async function checkTrust(
  proven: ProvenEnvelope,
  trust: NotationTrust,
  context: VerificationContext,
): Promise<Result<NotationFacts, NotationRefusal>> {
  const { leaf, chain, envelope } = proven;
  const { scheme, plugin, expiry } = envelope.attributes;
  if (plugin !== undefined)
    return refuse('needs-plugin', `it requires the verification plugin ${plugin}, but the gate runs no plugins`);
  const store = scheme === 'notary.x509' ? trust.ca : trust.signingAuthority;
  if (!chain.some(({ der }) => store.some((trusted) => trusted.der.equals(der))))
    return refuse('authenticity', `its chain ends in ${chain.at(-1)?.subject} and contains no trusted certificate`);
  if (trust.identities !== 'any' && !trust.identities.some((identity) => matchesSubject(identity, leaf.name)))
    return refuse('identity', `it is signed by ${leaf.subject}, which is not a trusted identity`);
  const logged: NotationRefusal[] = [];
  const settle = (action: 'enforce' | 'log', result: Result<unknown, NotationRefusal>) => {
    if (result.ok || action === 'enforce') return result;
    logged.push(result.error);
    return ok(true);
  };
  const current = settle(trust.expiry, checkExpiry(expiry, context.now));
  if (!current.ok) return current;
  const time = await checkTime(proven, trust, context);
  const timely = settle(trust.authenticTimestamp, time);
  if (!timely.ok) return timely;
  if (trust.revocation !== 'skip') {
    const status = settle(trust.revocation, await checkStatus(chain, context));
    if (!status.ok) return status;
  }
  return ok({
    leaf,
    scheme,
    ...(time.ok && time.value !== null ? { time: time.value } : {}),
    ...optionalField('expiry', expiry),
    logged,
  });
}

function checkExpiry(expiry: Date | undefined, now: Date): Result<true, NotationRefusal> {
  if (expiry === undefined || now < expiry) return ok(true);
  return refuse('expiry', `it expired at ${expiry.toISOString()}`);
}

/** The time at which the chain is proven valid; null where that is now. */
async function checkTime(
  { chain, envelope }: ProvenEnvelope,
  trust: NotationTrust,
  context: VerificationContext,
): Promise<Result<Exclude<NotationFacts['time'], undefined> | null, NotationRefusal>> {
  const { scheme, signingTime } = envelope.attributes;
  const { now } = context;
  if (scheme === 'notary.x509.signingAuthority') {
    const invalid = describeInvalid(chain, signingTime, signingTime);
    return invalid === undefined ? ok({ at: signingTime, from: 'signing authority' }) : invalid;
  }
  const hasExpired = chain.some(({ notAfter }) => notAfter < now);
  if (trust.tsa.length === 0 || (trust.timestamps === 'after-expiry' && !hasExpired))
    return describeInvalid(chain, now, now) ?? ok(null);
  if (envelope.timestamp === undefined)
    return refuse('authentic-timestamp', 'it has no timestamp, but the trust policy requires one');
  const verified = verifyTimestamp(envelope.timestamp, envelope.signature, trust.tsa);
  if (!verified.ok) return refuse('authentic-timestamp', verified.error);
  return checkAuthenticTime(verified.value, chain, trust, context);
}

async function checkAuthenticTime(
  time: AuthenticTime,
  chain: readonly Certificate[],
  trust: NotationTrust,
  context: VerificationContext,
): Promise<Result<Exclude<NotationFacts['time'], undefined>, NotationRefusal>> {
  if (time.from > context.now) return refuse('authentic-timestamp', 'its timestamp is in the future');
  const invalid = describeInvalid(chain, time.from, time.to);
  if (invalid !== undefined) return invalid;
  if (trust.timestampRevocation === 'enforce') {
    const status = await checkStatus(time.chain, context);
    if (!status.ok) return status;
  }
  return ok({ at: time.at, from: 'timestamp authority' });
}

function describeInvalid(
  chain: readonly Certificate[],
  from: Date,
  to: Date,
): Result<never, NotationRefusal> | undefined {
  const invalid = invalidDuring(chain, from, to);
  if (invalid === undefined) return undefined;
  const { subject, notBefore, notAfter } = invalid;
  const span = `${notBefore.toISOString()} to ${notAfter.toISOString()}`;
  return refuse('authentic-timestamp', `its certificate ${subject} is valid from ${span}, not at ${to.toISOString()}`);
}

async function checkStatus(
  chain: readonly Certificate[],
  { fetchRevocation, now }: VerificationContext,
): Promise<Result<true, NotationRefusal>> {
  const status = await checkRevocation(chain, fetchRevocation, now);
  switch (status.status) {
    case 'good':
      return ok(true);
    case 'revoked':
      return refuse('revocation', status.reason);
    case 'unknown':
      return refuse('revocation-unknown', `it is not known whether its certificates are revoked: ${status.reason}`);
  }
}
