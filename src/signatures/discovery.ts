import type { LookedIn } from '../evidence/evidence.js';
import { err, type Result } from '../lib/result.js';
import type { ImageSource, RegistryError, Repository } from '../registry/image-source.js';
import type { Descriptor } from '../registry/manifest/manifest.js';
import type { Discovered, SignatureArtifact, SignatureFormat } from './format.js';
import { notationFormat } from './notation/format.js';
import { rejected, sigstoreFormat } from './sigstore/format.js';
import { type Incomplete, toIncomplete } from './verified.js';

/**
 * Finding what may be a signature: the referrers of a digest (API or fallback tag), and cosign's tags. Every place is
 * reported with its answer, so that "unsigned" is distinguished from "could not look".
 */

/** How much of what untrusted parties attach to a digest is read; what is beyond makes the search incomplete. */
const DISCOVERY_LIMITS = {
  'signature-referrers': 64,
  'signature-layers': 64,
  /** Of all signatures and attestations of one digest in one place, which are held in memory together. */
  'signature-bytes': 128 * 1024 * 1024,
} as const;

/** The formats that are looked for. */
const FORMATS: readonly SignatureFormat[] = [sigstoreFormat, notationFormat];

export interface Discovery extends Discovered {
  /** Manifests of in-toto documents without a signature in them. */
  readonly documents: readonly Descriptor[];
  readonly lookedIn: readonly LookedIn[];
}

const IN_TOTO = 'application/vnd.in-toto+json';

/** Registries older than OCI 1.1 report the config's type in place of the artifact's: it may be anything. */
const UNTOLD: ReadonlySet<string> = new Set([
  '',
  'application/vnd.oci.empty.v1+json',
  'application/vnd.oci.image.config.v1+json',
]);

const NOTHING: Discovery = { found: [], documents: [], unsupported: [], lookedIn: [], failures: [] };

function mergeDiscoveries(parts: readonly Discovery[]): Discovery {
  return {
    found: parts.flatMap((part) => part.found),
    documents: parts.flatMap((part) => part.documents),
    unsupported: [...new Set(parts.flatMap((part) => part.unsupported))],
    lookedIn: parts.flatMap((part) => part.lookedIn),
    failures: parts.flatMap((part) => part.failures),
  };
}

/** Everything of a signature's kind that refers to a digest. */
export async function searchReferrers(source: ImageSource, repository: Repository, digest: string): Promise<Discovery> {
  const answer = await source.referrers(repository, digest);
  const place = `referrers of ${digest} in ${nameOf(repository)}`;
  if (!answer.ok) return failed(place, answer.error);
  const { descriptors, via, unreadable } = answer.value;
  const relevant = descriptors.filter(mayHoldSignatures);
  const limit = DISCOVERY_LIMITS['signature-referrers'];
  const budget: Budget = { left: DISCOVERY_LIMITS['signature-bytes'] };
  const read = await Promise.all(
    relevant
      .slice(0, limit)
      .map((descriptor) => readArtifact(source, repository, descriptor, { place, digest }, budget)),
  );
  const here: Discovery = {
    ...NOTHING,
    documents: descriptors.filter(({ artifactType }) => artifactType === IN_TOTO),
    lookedIn: [
      { place: `${place} (${via})`, answer: `${descriptors.length} found, ${relevant.length} that may be signatures` },
    ],
    failures: [
      ...(relevant.length > limit ? [beyond('signature-referrers', place)] : []),
      ...unreadable.slice(0, 1).map((reason) => unreadableEntry(place, reason)),
    ],
  };
  return mergeDiscoveries([here, ...read]);
}

/** cosign's tag for a digest: `sha256-<hex>.sig` or `.att`. */
export async function searchTag(
  source: ImageSource,
  repository: Repository,
  digest: string,
  suffix: '.sig' | '.att',
): Promise<Discovery> {
  const tag = `${digest.replace(':', '-')}${suffix}`;
  const place = `${nameOf(repository)}:${tag}`;
  const resolved = await source.resolveTag(repository, tag);
  if (!resolved.ok) {
    if (resolved.error.code !== 'not-found') return failed(place, resolved.error);
    return { ...NOTHING, lookedIn: [{ place, answer: 'no such tag' }] };
  }
  const budget: Budget = { left: DISCOVERY_LIMITS['signature-bytes'] };
  const read = await readArtifact(source, repository, resolved.value, { place, digest }, budget);
  const count = `${read.found.length} ${suffix === '.sig' ? 'signatures' : 'attestations'}`;
  return mergeDiscoveries([{ ...NOTHING, lookedIn: [{ place, answer: count }] }, read]);
}

/** What may still be read of one place. */
interface Budget {
  left: number;
}

/** The signatures in a manifest, of whatever format. */
async function readArtifact(
  source: ImageSource,
  repository: Repository,
  descriptor: Descriptor,
  { place, digest }: { readonly place: string; readonly digest: string },
  budget: Budget,
): Promise<Discovery> {
  const fetched = await source.manifest(repository, descriptor.digest);
  if (!fetched.ok) return failed(place, fetched.error);
  const { manifest } = fetched.value;
  if (manifest.kind !== 'manifest')
    return { ...NOTHING, found: [rejected(place, 'it is an index where a manifest was expected')] };
  const limit = DISCOVERY_LIMITS['signature-layers'];
  const layers = manifest.layers.slice(0, limit);
  const artifact: SignatureArtifact = {
    fetched: { ...fetched.value, manifest: { ...manifest, layers } },
    digest,
    place,
    read: (layer) => readLayer(source, repository, layer, place, budget),
  };
  const parts = await Promise.all(FORMATS.map((format) => format.discover(artifact)));
  const over = manifest.layers.length > limit ? [{ ...NOTHING, failures: [beyond('signature-layers', place)] }] : [];
  return mergeDiscoveries([...parts.map((part) => ({ ...NOTHING, ...part })), ...over]);
}

async function readLayer(
  source: ImageSource,
  repository: Repository,
  layer: Descriptor,
  place: string,
  budget: Budget,
): Promise<Result<Uint8Array, Discovery>> {
  // The source holds a blob to its descriptor's size.
  if (layer.size > budget.left) return err({ ...NOTHING, failures: [beyond('signature-bytes', place)] });
  budget.left -= layer.size;
  const blob = await source.blob(repository, layer, 'attestation');
  return blob.ok ? blob : err(failed(place, blob.error));
}

function mayHoldSignatures({ artifactType = '' }: Descriptor): boolean {
  return UNTOLD.has(artifactType) || FORMATS.some((format) => format.mayHold(artifactType));
}

function failed(place: string, error: RegistryError): Discovery {
  const { code, message } = error;
  return {
    ...NOTHING,
    lookedIn: [{ place, answer: `${code}: ${message}` }],
    failures: [toIncomplete(error)],
    unsupported: error.unsupported === undefined ? [] : [error.unsupported],
  };
}

function unreadableEntry(place: string, reason: string): Incomplete {
  return {
    cause: 'malformed',
    message: `An entry of the ${place} can't be read because ${reason}.`,
    fix: 'Ask the operator of the registry what the entry is, or delete the artifact that it stands for.',
  };
}

function beyond(limit: keyof typeof DISCOVERY_LIMITS, place: string): Incomplete {
  return {
    cause: 'limit',
    limit,
    message: `${place} holds more than the ${DISCOVERY_LIMITS[limit]} that are read (limit ${limit}).`,
    fix: 'Remove what is not a signature of the image, or keep signatures in a signature repository of their own.',
  };
}

function nameOf({ registry, repository }: Repository): string {
  return `${registry}/${repository}`;
}
