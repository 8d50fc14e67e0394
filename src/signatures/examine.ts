import { setImmediate } from 'node:timers/promises';
import type { CollectContext } from '../evidence/collector.js';
import type { LookedIn } from '../evidence/evidence.js';
import { err, type Result } from '../lib/result.js';
import type { Authority } from '../policy/policy.js';
import type { Platform } from '../references/platform.js';
import { parseReference } from '../references/reference.js';
import type { FetchedManifest, Repository } from '../registry/image-source.js';
import { registryLimits } from '../registry/limits.js';
import { choosePlatform } from '../registry/manifest/choose-platform.js';
import type { Descriptor } from '../registry/manifest/manifest.js';
import { isIndexType } from '../registry/manifest/media-types.js';
import type { ResolvedImage } from '../registry/resolved-image.js';
import { searchGitHub } from './attestation-api.js';
import { type Discovery, searchReferrers, searchTag } from './discovery.js';
import type { SignatureEvaluation, SignatureQuery } from './format.js';
import { distinctRoots } from './gaps.js';
import { BUNDLES, openPublicService, REVOCATION } from './public-service.js';
import type { SignatureError } from './signature-error.js';
import { loadTrustedRoot } from './sigstore/load-trusted-root.js';
import type { SigstoreInstance, TrustedRoot } from './sigstore/trusted-root.js';
import { type About, type Incomplete, toIncomplete, type UsedRoot } from './verified.js';

/** A sound signature by an authority of the entry, and what it is over. */
export type Approved = About & { readonly place: string } & Extract<SignatureEvaluation, { readonly signs: unknown }>;

/** Something found that no authority signed. */
export type Refused = Extract<SignatureEvaluation, { readonly rejected: unknown }>;

/** What was found about some digests, evaluated by the entry's authorities. */
export interface Examined {
  readonly approved: readonly Approved[];
  readonly rejected: readonly Refused[];
  readonly documents: readonly {
    readonly repository: Repository;
    readonly descriptor: Descriptor;
    readonly about: About;
  }[];
  readonly unsupported: readonly string[];
  readonly lookedIn: readonly LookedIn[];
  readonly failures: readonly Incomplete[];
  /** The trusted roots that were needed. */
  readonly roots: readonly UsedRoot[];
}

function mergeExamined(parts: readonly Examined[]): Examined {
  return {
    approved: parts.flatMap((part) => part.approved),
    rejected: parts.flatMap((part) => part.rejected),
    documents: parts.flatMap((part) => part.documents),
    unsupported: [...new Set(parts.flatMap((part) => part.unsupported))],
    lookedIn: parts.flatMap((part) => part.lookedIn),
    failures: parts.flatMap((part) => part.failures),
    roots: distinctRoots(parts.flatMap((part) => part.roots)),
  };
}

/** Everything about an image that may be signed: its digests, in every repository its signatures may lie in. */
export async function examineImage(
  context: CollectContext,
  image: ResolvedImage,
  suffix: '.sig' | '.att',
  counts: (examined: Examined) => boolean,
): Promise<Examined> {
  // It may take round trips of its own, so it begins while the registry is queried.
  void trustedRootFor(context);
  const { first, upstream } = repositoriesOf(context);
  const here = await examineDigests(context, first, digestsOf(image), suffix);
  if (counts(here)) return here;
  const [there, attested] = await Promise.all([
    examineDigests(context, upstream, digestsOf(image), suffix),
    examineOnGitHub(context, digestsOf(image)),
  ]);
  return mergeExamined([here, there, attested]);
}

/**
 * Looks for what is over an image's digests while it is still being resolved, which takes round trips of its own: over the
 * one it is pinned to or its tag points to, and over the platform's as soon as the index is there. What is found is
 * evaluated while registries are waited for; it counts only when it is asked for, once the image is resolved.
 */
export function searchEarly(context: CollectContext, suffix: '.sig' | '.att'): void {
  // A defect is met where the answer is awaited.
  searchDigestsEarly(context, suffix).catch(() => undefined);
}

async function searchDigestsEarly(context: CollectContext, suffix: '.sig' | '.att'): Promise<void> {
  const { source, subject } = context;
  const { registry, repository, tag = 'latest', digest: pin } = subject.pullFrom;
  const place = { registry, repository };
  const resolved = pin === undefined ? await source.resolveTag(place, tag) : undefined;
  const digest = resolved?.ok === true ? resolved.value.digest : pin;
  if (digest === undefined) return;
  const { first } = repositoriesOf(context);
  for (const repository of first)
    for (const where of ['referrers', suffix] as const) {
      const { key, search } = searchOf(context, repository, digest, where);
      context.once(key, search).catch(() => undefined);
    }
  const root = await source.manifest(place, digest);
  if (!root.ok) return;
  await examineDigests(context, first, digestsIn(root.value, subject.platform), suffix);
}

/** What `digestsOf` an image will be, as far as its root says: not where the platform's manifest is in a further index. */
function digestsIn({ digest, manifest }: FetchedManifest, platform: Platform): readonly About[] {
  if (manifest.kind !== 'index') return [{ digest, on: 'platform' }];
  const chosen = choosePlatform(manifest.manifests, platform);
  const isImage = chosen !== undefined && !isIndexType(chosen.mediaType);
  return [{ digest, on: 'index' }, ...(isImage ? [{ digest: chosen.digest, on: 'platform' } as const] : [])];
}

/** What GitHub's API lists about each digest, where an authority names a repository for that. */
async function examineOnGitHub(context: CollectContext, digests: readonly About[]): Promise<Examined> {
  const named = authoritiesOf(context).flatMap((one) => (one.kind === 'keyless' ? (one.attestationsOf ?? []) : []));
  const places = [...new Set(named)].flatMap((repository) => digests.map((about) => ({ repository, about })));
  const parts = places.map(({ repository, about }) => {
    const { settings, subject } = context;
    const search = async () =>
      searchGitHub({
        repository,
        digest: about.digest,
        limits: settings.limits ?? registryLimits(),
        list: settings.offline ? undefined : settings.listAttestations,
        fetch: await context.once('bundles of GitHub', () => openPublicService(settings, BUNDLES)),
      });
    const key = `signatures: GitHub's attestations of ${repository} for ${about.digest}`;
    return evaluateOnce(context, { key, search }, subject.pullFrom, about);
  });
  return mergeExamined(await Promise.all(parts));
}

/** The referrers and the cosign tag of each digest in each repository, queried in parallel. */
export async function examineDigests(
  context: CollectContext,
  repositories: readonly Repository[],
  digests: readonly About[],
  suffix: '.sig' | '.att',
): Promise<Examined> {
  const places = repositories.flatMap((repository) => digests.map((about) => ({ repository, about })));
  const parts = places.flatMap(({ repository, about }) => [
    examine(context, repository, about, 'referrers'),
    examine(context, repository, about, suffix),
  ]);
  return mergeExamined(await Promise.all(parts));
}

/** The digests a signature of the image may be over, the index's first. */
function digestsOf(image: ResolvedImage): readonly About[] {
  const platform: About = { digest: image.manifestDigest, on: 'platform' };
  return image.kind === 'index' ? [{ digest: image.digest, on: 'index' }, platform] : [platform];
}

/** Where an image's signatures lie: beside what is pulled, and in the repositories that authorities name. */
export function repositoriesOf(context: CollectContext): {
  readonly first: readonly Repository[];
  readonly upstream: readonly Repository[];
} {
  const { pullFrom, reference } = context.subject;
  const separate = authoritiesOf(context).flatMap(({ signatureRepository }) => {
    const parsed = signatureRepository === undefined ? undefined : parseReference(signatureRepository);
    return parsed?.ok === true ? [parsed.value] : [];
  });
  const first = distinct([pullFrom, ...separate]);
  return { first, upstream: distinct([...first, reference]).slice(first.length) };
}

function distinct(repositories: readonly Repository[]): readonly Repository[] {
  const byName = new Map(
    repositories.map(({ registry, repository }) => [`${registry}/${repository}`, { registry, repository }]),
  );
  return [...byName.values()];
}

/** The authorities of the entry that governs the image; none where no entry does. */
export function authoritiesOf(context: CollectContext): readonly Authority[] {
  return context.subject.verifiedBy?.authorities ?? [];
}

/** The run's trusted root, or null where no authority of the entry needs one. */
export async function trustedRootFor(
  context: CollectContext,
  instance: SigstoreInstance = 'public-good',
): Promise<Result<TrustedRoot, SignatureError> | null> {
  const authorities = authoritiesOf(context);
  const needsNone = (one: Authority) => one.kind === 'notation' || (one.kind === 'key' && one.log === 'ignored');
  if (authorities.length > 0 && authorities.every(needsNone)) return null;
  const { settings, policy } = context;
  return context.once(`trusted root ${instance}`, () =>
    loadTrustedRoot({
      instance,
      offline: settings.offline,
      file: settings.trustedRootFile,
      policyDocument: policy.trustedRoot,
      cacheDirectory: settings.cacheDirectory,
    }),
  );
}

/** Searches one digest in one repository, and evaluates what is there. */
function examine(context: CollectContext, repository: Repository, about: About, where: Place): Promise<Examined> {
  return evaluateOnce(context, searchOf(context, repository, about.digest, where), repository, about);
}

/** Where signatures next to an image are. */
type Place = 'referrers' | '.sig' | '.att';

/** A search that is made once a run. */
interface Search {
  readonly key: string;
  readonly search: () => Promise<Discovery>;
}

function searchOf({ source, settings }: CollectContext, repository: Repository, digest: string, where: Place): Search {
  const search = { source, repository, digest, limits: settings.limits ?? registryLimits() };
  return {
    key: `signatures: ${where} of ${repository.registry}/${repository.repository} for ${digest}`,
    search: () => (where === 'referrers' ? searchReferrers(search) : searchTag(search, where)),
  };
}

/** Searches a place for a digest once a run, and evaluates what is there once for each entry. */
function evaluateOnce(
  context: CollectContext,
  { key, search }: Search,
  repository: Repository,
  about: About,
): Promise<Examined> {
  const { subject } = context;
  const entry = subject.verifiedBy === null ? 'no entry' : `${subject.verifiedBy.name} ${subject.verifiedBy.pattern}`;
  return context.once(`${key} by ${entry}`, async () => {
    const discovery = await context.once(key, search);
    return evaluateAll(context, discovery, repository, about);
  });
}

async function evaluateAll(
  context: CollectContext,
  discovery: Discovery,
  repository: Repository,
  about: About,
): Promise<Examined> {
  const roots: TrustedRoot[] = [];
  const query: SignatureQuery = {
    authorities: authoritiesOf(context),
    about,
    now: context.settings.now,
    offline: context.settings.offline,
    async sigstoreRoot(instance) {
      const loaded = await trustedRootFor(context, instance);
      // A root that can't be read is the collector's to report; until then nothing verifies.
      if (loaded?.ok !== true) return null;
      roots.push(loaded.value);
      return loaded.value;
    },
    target: () => findTarget(context, repository, about.digest),
    fetchRevocation: async (address, post) => {
      const fetch = await context.once('revocation service', () => openPublicService(context.settings, REVOCATION));
      return fetch(address, post);
    },
  };
  const approved: Approved[] = [];
  const rejected: Refused[] = [];
  for (const found of discovery.found) {
    // Verifying takes milliseconds of the processor: what registries have answered meanwhile is sent its next request first.
    await setImmediate();
    const evaluation = await found.verify(query);
    if ('approvals' in evaluation) approved.push({ ...about, ...evaluation, place: found.place });
    else rejected.push(evaluation);
  }
  const documents = discovery.documents.map((descriptor) => ({ repository, descriptor, about }));
  const { unsupported, lookedIn, failures } = discovery;
  return { approved, rejected, documents, unsupported, lookedIn, failures, roots: distinctRoots(roots) };
}

/** The signed manifest: where the image is pulled from, or where its signatures are. */
async function findTarget(
  context: CollectContext,
  repository: Repository,
  digest: string,
): Promise<Result<FetchedManifest, Incomplete>> {
  const { registry, repository: path } = context.subject.pullFrom;
  const pulled = await context.source.manifest({ registry, repository: path }, digest);
  const fetched = pulled.ok ? pulled : await context.source.manifest(repository, digest);
  return fetched.ok ? fetched : err(toIncomplete(pulled.ok ? fetched.error : pulled.error));
}
