import { ok } from '../../lib/result.js';
import type { Authority } from '../../policy/policy.js';
import { describeAuthority } from '../authority.js';
import type {
  Approval,
  Discovered,
  Found,
  SignatureArtifact,
  SignatureEvaluation,
  SignatureFormat,
  SignatureQuery,
} from '../format.js';
import { keyFingerprint } from '../key.js';
import { type SignatureErrorCode, signatureError } from '../signature-error.js';
import type { CertificateIdentity } from '../signer.js';
import type { Incomplete, RejectedSignature } from '../verified.js';
import { type NotationCheck, type NotationRefusal, refuse } from './refusal.js';
import { findEnvelope, NOTATION_TYPE } from './signature-manifest.js';
import type { NotationFacts, ProvenEnvelope } from './verify.js';

/** Notary Project signatures: an envelope (JWS or COSE) with a certificate chain, in a manifest of its own. */
export const notationFormat: SignatureFormat = {
  mayHold: (artifactType) => artifactType === NOTATION_TYPE,
  discover,
};

const NOTHING: Discovered = { found: [], failures: [], unsupported: [] };
const NO_STATEMENT = { toSign: true, toState: false } as const;

const CODES: Readonly<Record<NotationCheck, SignatureErrorCode>> = {
  manifest: 'malformed',
  envelope: 'malformed',
  'unknown-critical': 'unsupported',
  'needs-plugin': 'unsupported',
  algorithm: 'bad-signature',
  integrity: 'bad-signature',
  descriptor: 'wrong-subject',
  chain: 'bad-certificate',
  authenticity: 'wrong-signer',
  identity: 'wrong-signer',
  expiry: 'expired',
  'authentic-timestamp': 'bad-timestamp',
  revocation: 'revoked',
  'revocation-unknown': 'revocation-unknown',
};

async function discover({ fetched, digest, place, read }: SignatureArtifact): Promise<Discovered> {
  const layer = findEnvelope(fetched, digest);
  if (layer === null) return NOTHING;
  if (!layer.ok) {
    const { error } = layer;
    return { ...NOTHING, found: [{ place, verify: async () => reject(place, error) }] };
  }
  const blob = await read(layer.value);
  if (!blob.ok) return blob.error;
  return { ...NOTHING, found: [toFound(place, blob.value, layer.value.mediaType)] };
}

function toFound(place: string, bytes: Uint8Array, mediaType: string): Found {
  return {
    place,
    async verify(question) {
      const target = await question.target();
      if (!target.ok) return notRead(place, target.error);
      const { digest } = question.about;
      const { proveEnvelope } = await import('./verify.js');
      const signed = { digest, mediaType: target.value.mediaType, size: target.value.bytes.length };
      const proven = proveEnvelope(bytes, mediaType, signed);
      return proven.ok ? evaluate(place, proven.value, question) : reject(place, proven.error);
    },
  };
}

function reject(
  place: string,
  { check, reason }: NotationRefusal,
  more: Pick<RejectedSignature, 'signedBy' | 'incomplete'> = {},
): SignatureEvaluation {
  return { rejected: { place, code: CODES[check], reason, ...more }, claims: NO_STATEMENT };
}

function notRead(place: string, incomplete: Incomplete): SignatureEvaluation {
  const { code, reason } = signatureError('malformed', 'the manifest it signs could not be read');
  return { rejected: { place, code, reason, incomplete }, claims: NO_STATEMENT };
}

function unknownRevocation(place: string, reason: string, offline: boolean): Incomplete {
  const run = offline ? 'Run the gate without --offline' : 'Run the gate';
  return {
    cause: offline ? 'offline' : 'network',
    message: `A signature at ${place} can't be evaluated because ${reason}.`,
    fix: `${run} where the revocation services of its certificates can be reached, or set \`revocation: skip\` on the authority in the policy.`,
  };
}

/** Approvals by the authorities that trust the signer; else the refusal that says most. */
async function evaluate(
  place: string,
  proven: ProvenEnvelope,
  { authorities, now, offline, fetchRevocation }: SignatureQuery,
): Promise<SignatureEvaluation> {
  const approvals: Approval[] = [];
  const refusals: NotationRefusal[] = [];
  for (const [authorityIndex, authority] of authorities.entries()) {
    if (authority.kind !== 'notation') continue;
    const [{ checkTrust }, { trustOfAuthority }] = await Promise.all([
      import('./verify.js'),
      import('./authority-trust.js'),
    ]);
    const trust = trustOfAuthority(authority);
    const answer = trust.ok
      ? await checkTrust(proven, trust.value, { now, fetchRevocation })
      : refuse('authenticity', `the authority ${describeAuthority(authority)} can't be used: ${trust.error}`);
    if (answer.ok)
      approvals.push({ ...toFacts(answer.value), authority: describeAuthority(authority), authorityIndex });
    else refusals.push(answer.error);
  }
  const [first, ...others] = approvals;
  if (first !== undefined) return { approvals: [first, ...others], signs: ok('Notary Project signature') };
  const refusal = mostSpecific(refusals) ?? unnamed(proven, authorities);
  // A chain without a trusted certificate is self-made: its contents prove nothing.
  const isProven = refusals.some(({ check }) => check !== 'authenticity' && check !== 'needs-plugin');
  return reject(place, refusal, {
    ...(isProven ? { signedBy: identityOf(proven) } : {}),
    ...(refusal.check === 'revocation-unknown'
      ? { incomplete: unknownRevocation(place, refusal.reason, offline) }
      : {}),
  });
}

/** In the order of the checks: the authority that came furthest is the one that was meant. One that may still agree says most. */
function mostSpecific(refusals: readonly NotationRefusal[]): NotationRefusal | undefined {
  return refusals.toSorted((a, b) => rank(b) - rank(a))[0];
}

function rank({ check }: NotationRefusal): number {
  switch (check) {
    case 'authenticity':
      return 0;
    case 'identity':
      return 1;
    case 'revocation-unknown':
      return 3;
    default:
      return 2;
  }
}

function unnamed({ leaf }: ProvenEnvelope, authorities: readonly Authority[]): NotationRefusal {
  const wanted =
    authorities.length === 0
      ? 'the policy names no authority for this image'
      : `the policy requires ${authorities.map(describeAuthority).join(', ')}`;
  return {
    check: 'authenticity',
    reason: `it is a Notary Project signature with a certificate for ${leaf.subject}, but ${wanted}`,
  };
}

function identityOf({ leaf, envelope }: ProvenEnvelope): CertificateIdentity {
  return { ...certified(leaf), scheme: envelope.attributes.scheme };
}

function toFacts({ leaf, scheme, time, logged }: NotationFacts): Omit<Approval, 'authority' | 'authorityIndex'> {
  return {
    signer: { ...certified(leaf), scheme },
    ...(time === undefined ? {} : { signedAt: time.at.toISOString(), timeFrom: time.from }),
    logged: [],
    ...(logged.length === 0 ? {} : { onlyLogged: logged.map(({ reason }) => reason) }),
  };
}

function certified({ subject, fingerprint, key }: ProvenEnvelope['leaf']) {
  return { kind: 'certificate', subject, fingerprint, key: keyFingerprint(key) } as const;
}
