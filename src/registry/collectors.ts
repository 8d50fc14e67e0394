import type { Collector } from '../evidence/collector.js';
import { type Evidence, present } from '../evidence/evidence.js';
import { optionalField } from '../lib/collections.js';
import { formatPlatform } from '../references/platform.js';
import { formatReference } from '../references/reference.js';
import type { ImageSource, Repository } from './image-source.js';
import { namesPatch, newerPatch } from './newer-tag.js';
import { registryErrorEvidence } from './registry-error.js';
import { resolveImage } from './resolve.js';
import type { ResolvedImage, TagState } from './resolved-image.js';

/** The image behind a reference, on one platform. */
export const collectImage: Collector<'image'> = async ({ subject, source, once }) => {
  const { reference, pullFrom, platform } = subject;
  const key = `image ${formatReference(pullFrom)} ${formatPlatform(platform)}`;
  const resolved = await once(key, () => resolveImage(source, pullFrom, platform));
  if (!resolved.ok) return registryErrorEvidence(resolved.error);
  const image: ResolvedImage = { ...resolved.value, reference };
  return present(image, formatReference({ ...pullFrom, digest: image.digest }));
};

/** Where a reference's tag points now, next to the digest that it is pinned to. */
export const collectTag: Collector<'tag'> = ({ subject, source, once }) => {
  const { tag, digest } = subject.pullFrom;
  const place = formatReference(subject.pullFrom);
  if (tag === undefined)
    return Promise.resolve<Evidence<TagState>>({ status: 'absent', lookedIn: [{ place, answer: 'it names no tag' }] });
  const { registry, repository } = subject.pullFrom;
  return once(`tag ${place}`, () => tagState(source, { registry, repository }, tag, digest));
};

async function tagState(
  source: ImageSource,
  repository: Repository,
  tag: string,
  pinnedDigest: string | undefined,
): Promise<Evidence<TagState>> {
  // Who pins reads what the pin names; the tag's own content is of interest only if it is another.
  const [resolved, tags] = await Promise.all([
    source.resolveTag(repository, tag, pinnedDigest === undefined ? 'content' : 'digest'),
    namesPatch(tag) ? source.tags(repository) : undefined,
  ]);
  if (!resolved.ok) return registryErrorEvidence(resolved.error);
  const currentDigest = resolved.value.digest;
  const newerTag = tags?.ok ? newerPatch(tag, tags.value) : undefined;
  const state: TagState = {
    tag,
    currentDigest,
    ...optionalField('pinnedDigest', pinnedDigest),
    ...optionalField('newerTag', newerTag),
    ...(tags === undefined || tags.ok ? {} : { tagsUnknown: tags.error.message }),
    ...(await listsPinned(source, repository, currentDigest, pinnedDigest)),
  };
  return present(state, formatReference({ ...repository, tag }));
}

/** A pin may name a platform's manifest: it is current as long as the tag's index lists it. */
async function listsPinned(
  source: ImageSource,
  repository: Repository,
  currentDigest: string,
  pinnedDigest: string | undefined,
): Promise<Pick<TagState, 'listsPinned'>> {
  if (pinnedDigest === undefined || pinnedDigest === currentDigest) return {};
  const current = await source.manifest(repository, currentDigest);
  if (!current.ok || current.value.manifest.kind !== 'index') return {};
  return current.value.manifest.manifests.some(({ digest }) => digest === pinnedDigest) ? { listsPinned: true } : {};
}
