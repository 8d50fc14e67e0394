import type { CollectContext } from '../evidence/collector.js';
import { type RegistryLimits, registryLimits } from '../registry/limits.js';
import type { Descriptor } from '../registry/manifest/manifest.js';
import type { ResolvedImage } from '../registry/resolved-image.js';

import { beyond } from './discovery.js';
import { authoritiesOf, type Examined, examineDigests } from './examine.js';
import type { Approval } from './format.js';
import { readStatement, type Statement, type UnsignedStatement } from './statement.js';
import { type Incomplete, toIncomplete } from './verified.js';

/**
 * In-toto documents that carry no signature of their own: BuildKit's attestation manifests in the index, and referrers
 * of the in-toto type. Docker Hardened Images sign the manifest instead; then its layers are bound by their digests,
 * and what they hold is as signed as the manifest.
 *
 * @see https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md
 */
const IN_TOTO = 'application/vnd.in-toto+json';
type Document = Examined['documents'][number];

export interface Documents {
  readonly verified: readonly Statement[];
  readonly unsigned: readonly UnsignedStatement[];
  readonly failures: readonly Incomplete[];
}

/** The attestation manifests that an index lists for the image's platform. */
export function documentsInIndex(image: ResolvedImage): readonly Document[] {
  const about = { digest: image.manifestDigest, on: 'platform' } as const;
  return (image.index?.manifests ?? [])
    .filter(
      ({ annotations }) =>
        annotations?.['vnd.docker.reference.type'] === 'attestation-manifest' &&
        annotations['vnd.docker.reference.digest'] === image.manifestDigest,
    )
    .map((descriptor) => ({ repository: image.repository, descriptor, about }));
}

/** Reads the documents; those whose manifest an authority signed are statements, the rest are reported as unsigned. */
export async function readDocuments(context: CollectContext, documents: readonly Document[]): Promise<Documents> {
  const limit = limitsOf(context)['attestation-manifests'];
  const parts = await Promise.all(documents.slice(0, limit).map((document) => readDocument(context, document)));
  return {
    verified: parts.flatMap((part) => part.verified),
    unsigned: parts.flatMap((part) => part.unsigned),
    failures: [
      ...parts.flatMap((part) => part.failures),
      ...(documents.length > limit ? [beyond('attestation-manifests', limit, 'The image')] : []),
    ],
  };
}

async function readDocument(context: CollectContext, { repository, descriptor, about }: Document): Promise<Documents> {
  const place = `${repository.registry}/${repository.repository}@${descriptor.digest}`;
  const [fetched, { approvals, failures: unsearched }] = await Promise.all([
    context.source.manifest(repository, descriptor.digest),
    signersOf(context, { repository, descriptor, about }),
  ]);
  if (!fetched.ok) return { verified: [], unsigned: [], failures: [toIncomplete(fetched.error)] };
  const { manifest } = fetched.value;
  const layers = manifest.kind === 'manifest' ? manifest.layers.filter(({ mediaType }) => mediaType === IN_TOTO) : [];
  const named = manifest.subject?.digest === about.digest ? { namesImage: true as const } : {};
  const limit = limitsOf(context)['attestation-layers'];
  const verified: Statement[] = [];
  const unsigned: UnsignedStatement[] = [];
  // A signature that could not be looked for may be there: without one, the document is unsigned only for now.
  const failures: Incomplete[] = approvals.length === 0 ? [...unsearched] : [];
  if (layers.length > limit) failures.push(beyond('attestation-layers', limit, place));
  for (const layer of layers.slice(0, limit)) {
    const blob = await readBlob(context, repository, layer);
    if (!blob.ok) {
      failures.push(toIncomplete(blob.error));
      continue;
    }
    const statement = readStatement(blob.value, about.digest);
    if (!statement.ok) continue;
    const shared = { ...about, ...statement.value, place };
    if (approvals.length === 0) unsigned.push(shared);
    const signed = { ...shared, ...named, form: 'signed manifest' as const };
    verified.push(...approvals.map((approval) => ({ ...approval, ...signed })));
  }
  return { verified, unsigned, failures };
}

function readBlob(context: CollectContext, repository: Document['repository'], layer: Descriptor) {
  return context.once(`in-toto document ${layer.digest} in ${repository.registry}/${repository.repository}`, () =>
    context.source.blob(repository, layer, 'attestation'),
  );
}

/** Who signed the attestation manifest itself, as an image is signed, and where that could not be looked for. */
async function signersOf(
  context: CollectContext,
  { repository, descriptor, about }: Document,
): Promise<{ readonly approvals: readonly Approval[]; readonly failures: readonly Incomplete[] }> {
  if (authoritiesOf(context).length === 0) return { approvals: [], failures: [] };
  const manifest = { digest: descriptor.digest, on: about.on };
  const examined = await examineDigests(context, [repository], [manifest], '.sig');
  const approvals = examined.approved.flatMap(({ signs, approvals: own }) =>
    signs.ok && signs.value !== null ? own : [],
  );
  return { approvals, failures: examined.failures };
}

function limitsOf({ settings }: CollectContext): RegistryLimits {
  return settings.limits ?? registryLimits();
}
