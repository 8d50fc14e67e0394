import type { CollectContext } from '../evidence/collector.js';
import type { Evidence, LookedIn } from '../evidence/evidence.js';
import type { Statement, UnsignedStatement } from '../signatures/statement.js';
import type { RejectedSignature } from '../signatures/verified.js';

/** In-toto documents of one kind about an image: statements, or unsigned documents where there are none. */
export type Carriers =
  | { readonly found: true; readonly carriers: readonly Carrier[]; readonly signed: boolean; readonly from: string }
  | { readonly found: false; readonly evidence: Exclude<Evidence<never>, { readonly status: 'present' }> };

export type Carrier = Statement | UnsignedStatement;

/**
 * Picks an image's in-toto documents by their signed predicateType. Unsigned ones are given only where no authority
 * signed any. Where there are none, gives the evidence that says so: `unavailable` if some place could not be read. Nor
 * is what is unsigned there given for what could not be read, unless the entry takes it as well as a signed one.
 */
export async function findCarriers(
  context: CollectContext,
  isWanted: (predicateType: string) => boolean,
): Promise<Carriers> {
  const statements = await context.get('statements');
  if (statements.status !== 'present') return { found: false, evidence: statements };
  const { verified, unsigned, rejected, incomplete } = statements.value;
  const wanted = <C extends Carrier>(carriers: readonly C[]) =>
    carriers.filter(({ predicateType }) => isWanted(predicateType));
  const signed = wanted(verified);
  const mayBeSigned = incomplete !== undefined && context.subject.verifiedBy?.unsignedAttestations !== 'allow';
  const carriers: readonly Carrier[] = signed.length > 0 ? signed : mayBeSigned ? [] : wanted(unsigned);
  if (carriers.length > 0) return { found: true, carriers, signed: signed.length > 0, from: statements.from };

  const lookedIn = [...(statements.lookedIn ?? []), ...describeRejected(rejected)];
  if (incomplete !== undefined) return { found: false, evidence: { status: 'unavailable', ...incomplete, lookedIn } };
  const others = [...new Set([...verified, ...unsigned].map(({ predicateType }) => predicateType))];
  const answer = others.length === 0 ? 'no statement' : `statements of other types: ${others.join(', ')}`;
  return { found: false, evidence: { status: 'absent', lookedIn: [...lookedIn, { place: statements.from, answer }] } };
}

/** Why an attestation in the registry is not counted. */
function describeRejected(rejected: readonly RejectedSignature[]): readonly LookedIn[] {
  const reported = new Map(rejected.map((one) => [`${one.place} ${one.reason}`, one]));
  return [...reported.values()].map(({ place, reason }) => ({
    place,
    answer: `an attestation that does not count because ${reason}`,
  }));
}

/** Whether a document is a signed statement. */
export function isSigned(carrier: Carrier): carrier is Statement {
  return 'signer' in carrier;
}

/** A statement that several authorities signed is one document. */
export function distinct(carriers: readonly Carrier[]): readonly Carrier[] {
  return [...new Map(carriers.map((carrier) => [`${carrier.payloadDigest} ${carrier.digest}`, carrier])).values()];
}
