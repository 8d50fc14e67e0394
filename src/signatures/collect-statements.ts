import { createHash } from 'node:crypto';
import type { Collector } from '../evidence/collector.js';
import { present } from '../evidence/evidence.js';
import { optionalField } from '../lib/collections.js';
import { partBySigners } from './count-signers.js';
import { documentsInIndex, readDocuments } from './documents.js';
import { authoritiesOf, type Examined, examineImage, searchEarly, trustedRootFor } from './examine.js';
import { incompleteness, kmsKeys, rootUnavailable } from './gaps.js';
import { SIGN_PREDICATE } from './image-signature.js';
import { isProvenanceType, sbomFamily } from './predicate-types.js';
import { signatureError } from './signature-error.js';
import { checkPayloadType, readStatement, type Statement } from './statement.js';
import type { RejectedSignature } from './verified.js';

/** Collects the in-toto statements about an image that an authority of its entry signed, and the unsigned documents. */
export const collectStatements: Collector<'statements'> = async (context) => {
  searchEarly(context, '.att');
  const image = await context.get('image');
  if (image.status !== 'present') return image;
  const { verifiedBy } = context.subject;
  const least = Math.max(1, verifiedBy?.requireStatements ?? verifiedBy?.require ?? 1);
  const examined = await examineImage(context, image.value, '.att', (some) =>
    holdsBoth(partBySigners(sort(some).verified, least, contentOf).enough),
  );
  const root = await trustedRootFor(context);
  if (root?.ok === false) return rootUnavailable(root.error);
  const sorted = sort(examined);
  const documents = await readDocuments(context, [...documentsInIndex(image.value), ...examined.documents]);
  const { enough: verified, tooFew } = partBySigners([...sorted.verified, ...documents.verified], least, contentOf);
  const { unsigned } = documents;
  const rejected = [...sorted.rejected, ...tooFew.map((statement) => rejectedAlone(statement, least))];
  const { lookedIn } = examined;
  const incomplete = incompleteness([...examined.failures, ...documents.failures], rejected);
  if (verified.length + unsigned.length + rejected.length === 0) {
    if (incomplete !== undefined) return { status: 'unavailable', ...incomplete, lookedIn };
    return { status: 'absent', lookedIn };
  }
  const value = {
    verified,
    unsigned,
    rejected,
    unsupported: [...examined.unsupported, ...kmsKeys(authoritiesOf(context))],
    ...optionalField('incomplete', incomplete),
    roots: examined.roots,
  };
  const places = [...verified, ...unsigned, ...rejected].map(({ place }) => place);
  return present(value, [...new Set(places)].join(', '), lookedIn);
};

/** What two authorities must have stated alike to have stated it both. */
function contentOf({ predicateType, predicate }: Statement): string {
  return createHash('sha256')
    .update(JSON.stringify([predicateType, predicate]))
    .digest('hex');
}

function rejectedAlone({ place, predicateType, signer }: Statement, least: number): RejectedSignature {
  const reason = `this statement (${predicateType}) is signed by fewer than the ${least} required authorities; \`require: { signatures: ${least}, statements: 1 }\` in the allow entry accepts one`;
  return { place, ...signatureError('too-few-signers', reason), signedBy: signer };
}

/**
 * Whether a mirror carries what rules need. One that copied the SBOM alone leaves the provenance where it was made:
 * what is missing here is looked for there, in addition to what is found here.
 */
function holdsBoth(verified: readonly Statement[]): boolean {
  const has = (isWanted: (predicateType: string) => boolean) =>
    verified.some(({ predicateType }) => isWanted(predicateType));
  return has((type) => sbomFamily(type) !== null) && has(isProvenanceType);
}

/** Of what authorities signed, what is a statement about this very digest. The signed predicate type is the one that counts. */
function sort(examined: Examined): {
  readonly verified: readonly Statement[];
  readonly rejected: readonly RejectedSignature[];
} {
  const verified: Statement[] = [];
  const rejected: RejectedSignature[] = examined.rejected
    .filter(({ claims }) => claims.toState)
    .map((refused) => refused.rejected);
  for (const { statement: signed, digest, on, place, approvals } of examined.approved) {
    if (signed === undefined) continue;
    const type = checkPayloadType(signed.payloadType);
    const statement = type.ok ? readStatement(signed.payload, digest) : type;
    if (!statement.ok) {
      rejected.push({ place, ...statement.error, signedBy: approvals[0].signer });
      continue;
    }
    if (statement.value.predicateType === SIGN_PREDICATE) continue;
    const shared = { digest, on, place, form: signed.form, ...statement.value } as const;
    verified.push(...approvals.map((approval) => ({ ...approval, ...shared })));
  }
  return { verified, rejected };
}
