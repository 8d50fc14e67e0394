import type { CollectContext, Collector } from '../evidence/collector.js';
import { present } from '../evidence/evidence.js';
import type { Repository } from '../registry/image-source.js';
import { documentsInIndex, readDocuments } from './documents.js';
import {
  authoritiesOf,
  digestsOf,
  type Examined,
  examine,
  mergeExamined,
  repositoriesOf,
  trustedRootFor,
} from './examine.js';
import { incompleteness, kmsKeys, rootNotes, rootUnavailable } from './gaps.js';
import { SIGN_PREDICATE } from './image-signature.js';
import type { SignedContent } from './signed-content.js';
import { checkPayloadType, readStatement, type Statement } from './statement.js';
import type { TrustedRoot } from './trusted-root.js';
import type { About, RejectedSignature } from './verified.js';

/** Collects the in-toto statements about an image that an authority of its entry signed, and the unsigned documents. */
export const collectStatements: Collector<'statements'> = async (context) => {
  const [image, root] = await Promise.all([context.get('image'), trustedRootFor(context)]);
  if (image.status !== 'present') return image;
  if (root?.ok === false) return rootUnavailable(root.error);
  const trusted = root?.value ?? null;
  const { first, upstream } = repositoriesOf(context);
  let examined = await search(context, first, digestsOf(image.value), trusted);
  let sorted = sort(examined);
  if (sorted.verified.length === 0 && upstream.length > 0) {
    examined = mergeExamined([examined, await search(context, upstream, digestsOf(image.value), trusted)]);
    sorted = sort(examined);
  }
  const documents = await readDocuments(context, [...documentsInIndex(image.value), ...examined.documents], trusted);
  const verified = [...sorted.verified, ...documents.verified];
  const { unsigned } = documents;
  const { rejected } = sorted;
  const { lookedIn } = examined;
  const incomplete = incompleteness([...examined.failures, ...documents.failures], rejected, trusted);
  if (verified.length + unsigned.length + rejected.length === 0) {
    if (incomplete !== undefined) return { status: 'unavailable', ...incomplete, lookedIn };
    return { status: 'absent', lookedIn };
  }
  const value = {
    verified,
    unsigned,
    rejected,
    unsupported: [...examined.unsupported, ...kmsKeys(authoritiesOf(context))],
    ...(incomplete === undefined ? {} : { incomplete }),
    ...rootNotes(trusted),
  };
  const places = [...verified, ...unsigned, ...rejected].map(({ place }) => place);
  return present(value, [...new Set(places)].join(', '), lookedIn);
};

async function search(
  context: CollectContext,
  repositories: readonly Repository[],
  digests: readonly About[],
  root: TrustedRoot | null,
): Promise<Examined> {
  const parts = repositories.flatMap((repository) =>
    digests.flatMap((about) => [
      examine(context, repository, about, 'referrers', root),
      examine(context, repository, about, '.att', root),
    ]),
  );
  return mergeExamined(await Promise.all(parts));
}

/** Of what authorities signed, what is a statement about this very digest. The signed predicate type is the one that counts. */
function sort(examined: Examined): {
  readonly verified: readonly Statement[];
  readonly rejected: readonly RejectedSignature[];
} {
  const verified: Statement[] = [];
  const rejected: RejectedSignature[] = examined.rejected
    .filter(({ kind, material }) => kind !== 'signature' && (material === undefined || claimsToState(material.content)))
    .map(({ rejection }) => rejection);
  for (const { material, digest, on, place, approvals } of examined.approved) {
    const { content } = material;
    if (content.kind !== 'envelope') continue;
    const type = checkPayloadType(content.payloadType);
    const statement = type.ok ? readStatement(content.payload, digest) : type;
    if (!statement.ok) {
      rejected.push({ place, ...statement.error, signedBy: approvals[0].signer });
      continue;
    }
    if (statement.value.predicateType === SIGN_PREDICATE) continue;
    const form = material.form === 'bundle' ? 'sigstore bundle' : 'cosign attestation';
    const shared = { digest, on, place, form, ...statement.value } as const;
    verified.push(...approvals.map((approval) => ({ ...approval, ...shared })));
  }
  return { verified, rejected };
}

/** Only to sort what is rejected anyway: whether unproven content looks like an attestation rather than a signature. */
function claimsToState(content: SignedContent): boolean {
  return content.kind === 'envelope' && !content.payload.includes(SIGN_PREDICATE);
}
