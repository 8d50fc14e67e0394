import type { CollectContext, Collector } from '../evidence/collector.js';
import { type Evidence, present } from '../evidence/evidence.js';
import type { Repository } from '../registry/image-source.js';
import type { ResolvedImage } from '../registry/resolved-image.js';
import {
  type Approved,
  authoritiesOf,
  digestsOf,
  type Examined,
  examine,
  mergeExamined,
  repositoriesOf,
  trustedRootFor,
} from './examine.js';
import { incompleteness, kmsKeys, rootNotes, rootUnavailable } from './gaps.js';
import { readSignature, SIGN_PREDICATE } from './image-signature.js';
import type { TrustedRoot } from './trusted-root.js';
import type { About, ImageSignatures, RejectedSignature, VerifiedSignature } from './verified.js';

/** Collects the signatures over an image's index and manifest, and which of them an authority of its entry made. */
export const collectSignatures: Collector<'signatures'> = async (context) => {
  const [image, root] = await Promise.all([context.get('image'), trustedRootFor(context)]);
  if (image.status !== 'present') return image;
  if (root?.ok === false) return rootUnavailable(root.error);
  const trusted = root?.value ?? null;
  const { first, upstream } = repositoriesOf(context);
  let examined = await search(context, first, digestsOf(image.value), trusted);
  let outcome = sort(examined);
  if (outcome.verified.length === 0 && upstream.length > 0) {
    examined = mergeExamined([examined, await search(context, upstream, digestsOf(image.value), trusted)]);
    outcome = sort(examined);
  }
  return toEvidence(context, image.value, examined, outcome, trusted);
};

async function search(
  context: CollectContext,
  repositories: readonly Repository[],
  digests: readonly About[],
  root: TrustedRoot | null,
): Promise<Examined> {
  const places = repositories.flatMap((repository) => digests.map((about) => ({ repository, about })));
  const parts = places.flatMap(({ repository, about }) => [
    examine(context, repository, about, 'referrers', root),
    examine(context, repository, about, '.sig', root),
  ]);
  return mergeExamined(await Promise.all(parts));
}

interface Outcome {
  readonly verified: readonly VerifiedSignature[];
  readonly rejected: readonly RejectedSignature[];
}

/** Of what authorities signed, what is a signature over this very digest. */
function sort(examined: Examined): Outcome {
  const verified: VerifiedSignature[] = [];
  const rejected: RejectedSignature[] = examined.rejected
    .filter(
      ({ kind, material }) => kind !== 'attestation' && (material === undefined || claimsToSign(material.content)),
    )
    .map(({ rejection }) => rejection);
  for (const approved of examined.approved) {
    const says = readSignature(approved.material, approved.digest);
    if (!says.ok) rejected.push({ place: approved.place, ...says.error, signedBy: approved.approvals[0].signer });
    else if (says.value !== null) verified.push(...toVerified(approved, says.value));
  }
  return { verified, rejected };
}

function toVerified(approved: Approved, form: VerifiedSignature['form']): readonly VerifiedSignature[] {
  const { digest, on, place } = approved;
  return approved.approvals.map((approval) => ({ ...approval, digest, on, place, form }));
}

/** Only to sort what is rejected anyway: whether unproven content looks like a signature rather than an attestation. */
function claimsToSign(content: Approved['material']['content']): boolean {
  return content.kind !== 'envelope' || content.payload.includes(SIGN_PREDICATE);
}

async function toEvidence(
  context: CollectContext,
  image: ResolvedImage,
  examined: Examined,
  { verified, rejected }: Outcome,
  root: TrustedRoot | null,
): Promise<Evidence<ImageSignatures>> {
  const { lookedIn } = examined;
  const unsupported = [...examined.unsupported, ...kmsKeys(authoritiesOf(context))];
  const incomplete = incompleteness(examined.failures, rejected, root);
  const signedIndex = verified.length === 0 ? await findSignedIndex(context, image, root) : undefined;
  if (verified.length + rejected.length === 0 && signedIndex === undefined) {
    if (incomplete !== undefined) return { status: 'unavailable', ...incomplete, lookedIn };
    const [form] = examined.unsupported;
    if (form !== undefined)
      return { status: 'unsupported', form, message: `The image carries a ${form}, which is not judged.`, lookedIn };
    return { status: 'absent', lookedIn };
  }
  const value: ImageSignatures = {
    verified,
    rejected,
    unsupported,
    ...(incomplete === undefined ? {} : { incomplete }),
    ...(signedIndex === undefined ? {} : { signedIndex }),
    ...rootNotes(root),
  };
  return present(value, [...new Set([...verified, ...rejected].map(({ place }) => place))].join(', '), lookedIn);
}

/** A pin to a platform's manifest hides the index that the publisher signed; a tag beside the pin can tell it. */
async function findSignedIndex(
  context: CollectContext,
  image: ResolvedImage,
  root: TrustedRoot | null,
): Promise<string | undefined> {
  const { tag, digest } = context.subject.reference;
  if (image.kind !== 'manifest' || tag === undefined || digest === undefined) return undefined;
  const { first } = repositoriesOf(context);
  const { registry, repository } = context.subject.pullFrom;
  const current = await context.source.resolveTag({ registry, repository }, tag);
  if (!current.ok) return undefined;
  const index = await context.source.manifest({ registry, repository }, current.value.digest);
  if (!index.ok || index.value.manifest.kind !== 'index') return undefined;
  if (!index.value.manifest.manifests.some((child) => child.digest === image.manifestDigest)) return undefined;
  const examined = await search(context, first, [{ digest: index.value.digest, on: 'index' }], root);
  return sort(examined).verified.length > 0 ? index.value.digest : undefined;
}
