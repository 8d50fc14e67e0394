import type { CollectContext } from '../evidence/collector.js';
import type { LookedIn } from '../evidence/evidence.js';
import type { Result } from '../lib/result.js';
import type { Authority } from '../policy/policy.js';
import { parseReference } from '../references/reference.js';
import type { Repository } from '../registry/image-source.js';
import type { Descriptor } from '../registry/manifest/manifest.js';
import type { ResolvedImage } from '../registry/resolved-image.js';
import { type Discovery, searchReferrers, searchTag } from './discovery.js';
import { type Approval, evaluateSignature } from './evaluate-signature.js';
import type { SignatureError } from './signature-error.js';
import { loadTrustedRoot } from './sigstore/load-trusted-root.js';
import type { SignedMaterial } from './sigstore/signed-material.js';
import type { TrustedRoot } from './sigstore/trusted-root.js';
import type { About, Incomplete, RejectedSignature } from './verified.js';

/** A sound signature by an authority of the entry; what it says has still to be read. */
export interface Approved extends About {
  readonly kind: 'signature' | 'attestation' | 'bundle';
  readonly place: string;
  readonly material: SignedMaterial;
  readonly approvals: readonly [Approval, ...Approval[]];
}

/** Something found that no authority signed; its content is unproven, and only helps to say what it looks like. */
export interface Refused {
  readonly kind: Approved['kind'];
  readonly rejection: RejectedSignature;
  readonly material?: SignedMaterial;
}

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
}

function mergeExamined(parts: readonly Examined[]): Examined {
  return {
    approved: parts.flatMap((part) => part.approved),
    rejected: parts.flatMap((part) => part.rejected),
    documents: parts.flatMap((part) => part.documents),
    unsupported: [...new Set(parts.flatMap((part) => part.unsupported))],
    lookedIn: parts.flatMap((part) => part.lookedIn),
    failures: parts.flatMap((part) => part.failures),
  };
}

/** Everything about an image that may be signed: its digests, in every repository its signatures may lie in. */
export async function examineImage(
  context: CollectContext,
  image: ResolvedImage,
  suffix: '.sig' | '.att',
  counts: (examined: Examined) => boolean,
): Promise<Examined> {
  // It may take round trips of its own, so it begins while the registry is asked.
  void trustedRootFor(context);
  const { first, upstream } = repositoriesOf(context);
  const here = await examineDigests(context, first, digestsOf(image), suffix);
  if (counts(here)) return here;
  return mergeExamined([here, await examineDigests(context, upstream, digestsOf(image), suffix)]);
}

/** The referrers and the cosign tag of each digest in each repository, asked side by side. */
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
  return context.subject.entry?.authorities ?? [];
}

/** The run's trusted root, or null where no authority of the entry needs one. */
export async function trustedRootFor(context: CollectContext): Promise<Result<TrustedRoot, SignatureError> | null> {
  const authorities = authoritiesOf(context);
  const keysOnly = authorities.length > 0 && authorities.every((one) => one.kind === 'key' && one.log === 'ignored');
  if (keysOnly) return null;
  const { settings, policy } = context;
  return context.once('trusted root', () =>
    loadTrustedRoot({
      offline: settings.offline,
      file: settings.trustedRootFile,
      policyDocument: policy.trustedRoot,
      cacheDirectory: settings.cacheDirectory,
    }),
  );
}

/** Searches one digest in one repository, and evaluates what is there. Done once a run for each digest, entry and place. */
function examine(
  context: CollectContext,
  repository: Repository,
  about: About,
  where: 'referrers' | '.sig' | '.att',
): Promise<Examined> {
  const { source, subject } = context;
  const place = `${repository.registry}/${repository.repository}@${about.digest}`;
  const entry = subject.entry === null ? 'no entry' : `${subject.entry.name} ${subject.entry.pattern}`;
  return context.once(`signatures: ${where} of ${place} for ${entry}`, async () => {
    const discovery = await context.once(`signatures: ${where} of ${place}`, () =>
      where === 'referrers'
        ? searchReferrers(source, repository, about.digest)
        : searchTag(source, repository, about.digest, where),
    );
    return evaluateAll(context, discovery, repository, about);
  });
}

async function evaluateAll(
  context: CollectContext,
  discovery: Discovery,
  repository: Repository,
  about: About,
): Promise<Examined> {
  const authorities = authoritiesOf(context);
  const loaded = discovery.found.length === 0 ? null : await trustedRootFor(context);
  // A root that can't be read is the collector's to report; until then nothing verifies.
  const root = loaded?.ok === true ? loaded.value : null;
  const approved: Approved[] = [];
  const rejected: Refused[] = [];
  for (const found of discovery.found) {
    const evaluation = await evaluateSignature(found, authorities, root, context.settings.now);
    if ('approvals' in evaluation) approved.push({ ...about, ...evaluation, kind: found.kind, place: found.place });
    else {
      const { rejected: rejection } = evaluation;
      rejected.push({ kind: found.kind, rejection, ...(found.material.ok ? { material: found.material.value } : {}) });
    }
  }
  const documents = discovery.documents.map((descriptor) => ({ repository, descriptor, about }));
  const { unsupported, lookedIn, failures } = discovery;
  return { approved, rejected, documents, unsupported, lookedIn, failures };
}
