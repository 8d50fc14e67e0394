import { z } from 'zod';
import type { CollectContext, Collector } from '../evidence/collector.js';
import { type Evidence, present } from '../evidence/evidence.js';
import { optionalField } from '../lib/collections.js';
import type { Authority } from '../policy/policy.js';
import type { ResolvedImage } from '../registry/resolved-image.js';
import { countSigners } from './count-signers.js';
import {
  type Approved,
  authoritiesOf,
  type Examined,
  examineDigests,
  examineImage,
  repositoriesOf,
  searchEarly,
  trustedRootFor,
} from './examine.js';
import { incompleteness, kmsKeys, rootUnavailable } from './gaps.js';
import { describeSigner } from './signer.js';
import { checkPayloadType, readStatement } from './statement.js';
import type { ImageSignatures, RejectedSignature, VerifiedSignature } from './verified.js';

/** Collects the signatures over an image's index and manifest, and which of them an authority of its entry made. */
export const collectSignatures: Collector<'signatures'> = async (context) => {
  searchEarly(context, '.sig');
  const image = await context.get('image');
  if (image.status !== 'present') return image;
  const wanted = Math.max(1, context.subject.verifiedBy?.require ?? 1);
  const examined = await examineImage(context, image.value, '.sig', (some) => {
    return countSigners(sort(some, authoritiesOf(context)).verified) >= wanted;
  });
  const root = await trustedRootFor(context);
  if (root?.ok === false) return rootUnavailable(root.error);
  return toEvidence(context, image.value, examined);
};

interface Outcome {
  readonly provenanceBy: readonly string[];
  readonly verified: readonly VerifiedSignature[];
  readonly rejected: readonly RejectedSignature[];
}

/** Of what authorities signed, what is a signature over this very digest. */
function sort(examined: Examined, authorities: readonly Authority[]): Outcome {
  const verified: VerifiedSignature[] = [];
  const provenanceBy = new Set<string>();
  const rejected: RejectedSignature[] = examined.rejected
    .filter(({ claims }) => claims.toSign)
    .map((refused) => refused.rejected);
  for (const approved of examined.approved) {
    const { signs, place, approvals, digest, on } = approved;
    if (!signs.ok) rejected.push({ place, ...signs.error, signedBy: approvals[0].signer });
    else if (signs.value !== null) verified.push(...toVerified(approved, signs.value));
    else {
      const accepted = approvals.filter((approval) => isProvenanceOf(approved, approval, authorities));
      verified.push(
        ...accepted.map((approval) => ({ ...approval, digest, on, place, form: 'SLSA provenance' as const })),
      );
      if (accepted.length === 0 && provenanceOf(approved) !== undefined)
        provenanceBy.add(describeSigner(approvals[0].signer));
    }
  }
  return { verified, rejected, provenanceBy: [...provenanceBy] };
}

const provenance = z.object({ runDetails: z.object({ builder: z.object({ id: z.string() }) }) });

/** The builder that SLSA v1 provenance of this very digest names; undefined for anything else. */
function provenanceOf({ statement, digest }: Approved): string | undefined {
  if (statement === undefined || !checkPayloadType(statement.payloadType).ok) return undefined;
  const read = readStatement(statement.payload, digest);
  if (!read.ok || read.value.predicateType !== 'https://slsa.dev/provenance/v1') return undefined;
  const predicate = provenance.safeParse(read.value.predicate);
  return predicate.success ? predicate.data.runDetails.builder.id : undefined;
}

/** Whether it counts as the authority's signature: the policy accepts it, and the certificate confirms the builder. */
function isProvenanceOf(
  approved: Approved,
  { authorityIndex, signer }: Approved['approvals'][number],
  authorities: readonly Authority[],
): boolean {
  const authority = authorities[authorityIndex];
  if (authority?.kind !== 'keyless' || authority.acceptsProvenance !== true || signer.kind !== 'keyless') return false;
  // Attestations of 2024 name the kind of runner, which the certificate says as well.
  const runner = signer.runnerEnvironment && `https://github.com/actions/runner/${signer.runnerEnvironment}`;
  const builder = provenanceOf(approved);
  return builder !== undefined && (builder === signer.subject || builder === runner);
}

function toVerified(approved: Approved, form: VerifiedSignature['form']): readonly VerifiedSignature[] {
  const { digest, on, place } = approved;
  return approved.approvals.map((approval) => ({ ...approval, digest, on, place, form }));
}

async function toEvidence(
  context: CollectContext,
  image: ResolvedImage,
  examined: Examined,
): Promise<Evidence<ImageSignatures>> {
  const { verified, rejected, provenanceBy } = sort(examined, authoritiesOf(context));
  const { lookedIn } = examined;
  const unsupported = [...examined.unsupported, ...kmsKeys(authoritiesOf(context))];
  const incomplete = incompleteness(examined.failures, rejected);
  const signedIndex = verified.length === 0 ? await findSignedIndex(context, image) : undefined;
  if (verified.length + rejected.length + provenanceBy.length === 0 && signedIndex === undefined) {
    if (incomplete !== undefined) return { status: 'unavailable', ...incomplete, lookedIn };
    const [form] = examined.unsupported;
    if (form !== undefined)
      return { status: 'unsupported', form, message: `The image carries a ${form}, which is not evaluated.`, lookedIn };
    return { status: 'absent', lookedIn };
  }
  const value: ImageSignatures = {
    verified,
    rejected,
    ...(provenanceBy.length === 0 ? {} : { provenanceBy }),
    unsupported,
    ...optionalField('incomplete', incomplete),
    ...optionalField('signedIndex', signedIndex),
    roots: examined.roots,
  };
  return present(value, [...new Set([...verified, ...rejected].map(({ place }) => place))].join(', '), lookedIn);
}

/** A pin to a platform's manifest hides the index that the publisher signed; a tag next to the pin can name it. */
async function findSignedIndex(context: CollectContext, image: ResolvedImage): Promise<string | undefined> {
  const { tag, digest } = context.subject.reference;
  if (image.kind !== 'manifest' || tag === undefined || digest === undefined) return undefined;
  const { first } = repositoriesOf(context);
  const { registry, repository } = context.subject.pullFrom;
  const current = await context.source.resolveTag({ registry, repository }, tag);
  if (!current.ok) return undefined;
  const index = await context.source.manifest({ registry, repository }, current.value.digest);
  if (!index.ok || index.value.manifest.kind !== 'index') return undefined;
  if (!index.value.manifest.manifests.some((child) => child.digest === image.manifestDigest)) return undefined;
  const examined = await examineDigests(context, first, [{ digest: index.value.digest, on: 'index' }], '.sig');
  return sort(examined, authoritiesOf(context)).verified.length > 0 ? index.value.digest : undefined;
}
