import type { LookedIn } from '../evidence/evidence.js';
import { err, type Result } from '../lib/result.js';
import type { ImageSource, RegistryError, Repository } from '../registry/image-source.js';
import { amountOf, type LimitName, type RegistryLimits, raiseLimit } from '../registry/limits.js';
import type { Descriptor } from '../registry/manifest/manifest.js';
import type { Discovered, SignatureArtifact, SignatureFormat } from './format.js';
import { SIGN_PREDICATE } from './image-signature.js';
import { notationFormat } from './notation/format.js';
import { isOpenVexType, isProvenanceType, sbomFamily } from './predicate-types.js';
import { rejected, sigstoreFormat } from './sigstore/format.js';
import { type Incomplete, toIncomplete } from './verified.js';

/**
 * Finding what may be a signature: the referrers of a digest (API or fallback tag), and cosign's tags. Every place is
 * reported with its answer, so that "unsigned" is distinguished from "could not look".
 */

/** The formats that are looked for. */
const FORMATS: readonly SignatureFormat[] = [sigstoreFormat, notationFormat];

export interface Discovery extends Discovered {
  /** Manifests of in-toto documents without a signature in them. */
  readonly documents: readonly Descriptor[];
  readonly lookedIn: readonly LookedIn[];
}

const IN_TOTO = 'application/vnd.in-toto+json';

/** Registries older than OCI 1.1 report the config's type in place of the artifact's: it may be anything. */
const GENERIC_TYPES: ReadonlySet<string> = new Set([
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

/** A digest in a repository, and how much of what untrusted parties attach to it is read; what is beyond makes the search incomplete. */
export interface SearchPlace {
  readonly source: ImageSource;
  readonly repository: Repository;
  readonly digest: string;
  readonly limits: RegistryLimits;
}

/** Everything of a signature's kind that refers to a digest. */
export async function searchReferrers(place: SearchPlace): Promise<Discovery> {
  const { source, repository, digest, limits } = place;
  const answer = await source.referrers(repository, digest);
  const name = `referrers of ${digest} in ${nameOf(repository)}`;
  if (!answer.ok) return failed(name, answer.error);
  const { descriptors, via, unreadable } = answer.value;
  const relevant = inReadingOrder(descriptors.filter(mayHoldSignatures));
  const limit = limits['signature-referrers'];
  const budget: Budget = { left: limits['signature-bytes'] };
  const read = await Promise.all(
    relevant.slice(0, limit).map((descriptor) => readArtifact(place, descriptor, name, budget)),
  );
  const here: Discovery = {
    ...NOTHING,
    documents: descriptors.filter(({ artifactType }) => artifactType === IN_TOTO),
    lookedIn: [
      { place: `${name} (${via})`, answer: `${descriptors.length} found, ${relevant.length} that may be signatures` },
    ],
    failures: [
      ...(relevant.length > limit ? [beyond('signature-referrers', limit, name)] : []),
      ...unreadable.slice(0, 1).map((reason) => unreadableEntry(name, reason)),
    ],
  };
  return mergeDiscoveries([here, ...read]);
}

/** cosign's tag for a digest: `sha256-<hex>.sig` or `.att`. */
export async function searchTag(search: SearchPlace, suffix: '.sig' | '.att'): Promise<Discovery> {
  const { source, repository, digest, limits } = search;
  const tag = `${digest.replace(':', '-')}${suffix}`;
  const place = `${nameOf(repository)}:${tag}`;
  const resolved = await source.resolveTag(repository, tag);
  if (!resolved.ok) {
    if (resolved.error.code !== 'not-found') return failed(place, resolved.error);
    return { ...NOTHING, lookedIn: [{ place, answer: 'no such tag' }] };
  }
  const budget: Budget = { left: limits['signature-bytes'] };
  const read = await readArtifact(search, resolved.value, place, budget);
  const count = `${read.found.length} ${suffix === '.sig' ? 'signatures' : 'attestations'}`;
  return mergeDiscoveries([{ ...NOTHING, lookedIn: [{ place, answer: count }] }, read]);
}

/** What may still be read of one place. */
interface Budget {
  left: number;
}

/** The signatures in a manifest, of any format. */
async function readArtifact(
  search: SearchPlace,
  descriptor: Descriptor,
  place: string,
  budget: Budget,
): Promise<Discovery> {
  const { source, repository, digest, limits } = search;
  const fetched = await source.manifest(repository, descriptor.digest);
  if (!fetched.ok) return failed(place, fetched.error);
  const { manifest } = fetched.value;
  if (manifest.kind !== 'manifest')
    return { ...NOTHING, found: [rejected(place, 'it is an image index, not a manifest')] };
  const limit = limits['signature-layers'];
  // cosign adds to the end, so the newest come first.
  const layers = manifest.layers.slice(-limit).toReversed();
  const artifact: SignatureArtifact = {
    fetched: { ...fetched.value, manifest: { ...manifest, layers } },
    digest,
    place,
    read: (layer) => readLayer(search, layer, place, budget),
  };
  const parts = await Promise.all(FORMATS.map((format) => format.discover(artifact)));
  const over =
    manifest.layers.length > limit ? [{ ...NOTHING, failures: [beyond('signature-layers', limit, place)] }] : [];
  return mergeDiscoveries([...parts.map((part) => ({ ...NOTHING, ...part })), ...over]);
}

async function readLayer(
  { source, repository, limits }: SearchPlace,
  layer: Descriptor,
  place: string,
  budget: Budget,
): Promise<Result<Uint8Array, Discovery>> {
  // The source holds a blob to its descriptor's size.
  if (layer.size > budget.left)
    return err({ ...NOTHING, failures: [beyond('signature-bytes', limits['signature-bytes'], place)] });
  budget.left -= layer.size;
  const blob = await source.blob(repository, layer, 'attestation');
  return blob.ok ? blob : err(failed(place, blob.error));
}

/** What referrers announce; unsigned, so it decides nothing but the order in which they are read. */
const PREDICATE_TYPE = 'dev.sigstore.bundle.predicateType';
const CREATED = 'org.opencontainers.image.created';

/**
 * Signatures, then what rules need, then what says nothing of itself, then the rest, such as a scan a day; of each the
 * newest first.
 */
function inReadingOrder(descriptors: readonly Descriptor[]): readonly Descriptor[] {
  const created = ({ annotations }: Descriptor) => Date.parse(annotations?.[CREATED] ?? '') || 0;
  return descriptors.toSorted((a, b) => rankOf(a) - rankOf(b) || created(b) - created(a));
}

function rankOf({ annotations }: Descriptor): number {
  const type = annotations?.[PREDICATE_TYPE];
  if (type === SIGN_PREDICATE) return 0;
  if (type === undefined) return 2;
  return isProvenanceType(type) || sbomFamily(type) !== null || isOpenVexType(type) ? 1 : 3;
}

function mayHoldSignatures({ artifactType = '' }: Descriptor): boolean {
  return GENERIC_TYPES.has(artifactType) || FORMATS.some((format) => format.mayHold(artifactType));
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
    fix: "Ask the registry's operator about the entry, or delete the artifact it refers to.",
  };
}

/** A place holds more than is read of it: the limit's name, and what it is set to. */
export function beyond(limit: LimitName, set: number, place: string): Incomplete {
  return {
    cause: 'limit',
    limit,
    message: `${place} holds more than ${amountOf(limit, set)}, the most that are read (limit ${limit}).`,
    fix: `Delete what is no longer needed there. ${raiseLimit(limit, set)}`,
  };
}

function nameOf({ registry, repository }: Repository): string {
  return `${registry}/${repository}`;
}
