import { err, ok, type Result } from '../../lib/result.js';
import { plural } from '../../lib/text.js';
import { referrersTag } from '../../references/digest.js';
import { formatReference, parseReference } from '../../references/reference.js';
import type { FetchedManifest, Referrers, RegistryError, Repository } from '../image-source.js';
import { type RegistryLimits, raiseLimit } from '../limits.js';
import type { Descriptor } from '../manifest/manifest.js';
import { isIndexType, isManifestType } from '../manifest/media-types.js';
import type { OpenLayout } from './open-layout.js';

const REF_NAME = 'org.opencontainers.image.ref.name';
/** containerd and BuildKit keep the full name here, and the bare tag in REF_NAME. @see https://github.com/containerd/containerd/blob/main/core/images/annotations.go */
const CONTAINERD_NAME = 'io.containerd.image.name';

/** What a tag names in a layout. Two entries of the same name and different digests are an error, not a choice. */
export async function findTag(
  layout: OpenLayout,
  repository: Repository,
  tag: string,
): Promise<Result<Descriptor, RegistryError>> {
  const index = await layout.index();
  if (!index.ok) return index;
  const full = index.value.filter((entry) => fullNameIs(entry, repository, tag));
  const found = full.length > 0 ? full : index.value.filter((entry) => isBareTag(entry, tag));
  const name = `${repository.registry}/${repository.repository}:${tag}`;
  const at = { registry: repository.registry, request: `${layout.path}/index.json` };
  const [first, ...others] = found;
  if (first === undefined)
    return err({
      ...at,
      code: 'not-found',
      message: `The image layout ${layout.path} has no ${name}.`,
      remedy: `Name an image of its index.json in the annotation ${REF_NAME}, or use another tag.`,
    });
  if (others.some((entry) => entry.digest !== first.digest))
    return err({
      ...at,
      code: 'malformed',
      message: `The image layout ${layout.path} gives the name ${name} to several images.`,
      remedy: `Leave the annotation ${REF_NAME} with that name on one entry of its index.json.`,
    });
  return ok(first);
}

function fullNameIs(entry: Descriptor, repository: Repository, tag: string): boolean {
  const wanted = formatReference({ ...repository, tag });
  return [entry.annotations?.[CONTAINERD_NAME], entry.annotations?.[REF_NAME]].some((name) => {
    if (name === undefined || !/[:/]/.test(name)) return false;
    if (name === `${repository.repository}:${tag}`) return true;
    const parsed = parseReference(name);
    return parsed.ok && formatReference(parsed.value) === wanted;
  });
}

function isBareTag(entry: Descriptor, tag: string): boolean {
  return entry.annotations?.[CONTAINERD_NAME] === undefined && entry.annotations?.[REF_NAME] === tag;
}

/** The tags that `findTag` finds for a repository. */
export async function listTags(
  layout: OpenLayout,
  repository: Repository,
): Promise<Result<readonly string[], RegistryError>> {
  const index = await layout.index();
  if (!index.ok) return index;
  const names = index.value.flatMap((entry) => [entry.annotations?.[CONTAINERD_NAME], entry.annotations?.[REF_NAME]]);
  const tags = names.flatMap((name) => name?.slice(name.lastIndexOf(':') + 1) ?? []);
  const found = [...new Set(tags)].filter((tag) =>
    index.value.some((entry) => fullNameIs(entry, repository, tag) || isBareTag(entry, tag)),
  );
  return ok(found);
}

/**
 * What refers to `digest`: every manifest of index.json whose `subject` it is, and what the fallback tag `sha256-<hex>`
 * lists.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
 */
export async function readReferrers(
  layout: OpenLayout,
  repository: Repository,
  digest: string,
  limits: Pick<RegistryLimits, 'referrers'>,
): Promise<Result<Referrers, RegistryError>> {
  const index = await layout.index();
  if (!index.ok) return index;
  const found = new Map<string, Descriptor>();
  for (const entry of index.value) {
    if (!isIndexType(entry.mediaType) && !isManifestType(entry.mediaType)) continue;
    const manifest = await layout.manifest(entry.digest);
    if (!manifest.ok) return manifest;
    if (manifest.value.manifest.subject?.digest === digest) found.set(entry.digest, referrer(entry, manifest.value));
  }
  const tagged = await findTag(layout, repository, referrersTag(digest));
  if (!tagged.ok && tagged.error.code !== 'not-found') return tagged;
  if (tagged.ok) {
    const list = await layout.manifest(tagged.value.digest);
    if (!list.ok) return list;
    const listed = list.value.manifest.kind === 'index' ? list.value.manifest.manifests : [];
    for (const entry of listed) if (!found.has(entry.digest)) found.set(entry.digest, entry);
  }
  if (found.size > limits.referrers)
    return err({
      code: 'limit',
      registry: repository.registry,
      request: `${layout.path}/index.json`,
      message: `${digest} has more than ${plural(limits.referrers, 'referrer')} in the image layout ${layout.path} (limit referrers).`,
      remedy: raiseLimit('referrers', limits.referrers),
      limit: 'referrers',
    });
  return ok({ via: 'layout', descriptors: [...found.values()] });
}

/** As a registry lists it: the artifact's type and annotations are the manifest's own. */
function referrer(entry: Descriptor, fetched: FetchedManifest): Descriptor {
  const { manifest } = fetched;
  const artifactType = manifest.artifactType ?? (manifest.kind === 'manifest' ? manifest.config.mediaType : undefined);
  return {
    mediaType: fetched.mediaType,
    digest: entry.digest,
    size: fetched.bytes.length,
    annotations: manifest.annotations,
    ...(artifactType === undefined ? {} : { artifactType }),
  };
}
