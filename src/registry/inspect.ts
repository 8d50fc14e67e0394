import type { Platform } from '../images/platform.js';
import { formatReference, type Reference } from '../images/reference.js';
import { ok, type Result } from '../result.js';
import type { Descriptor, ImageSource, Referrers, RegistryError } from './image-source.js';
import { resolveImage } from './resolve.js';
import type { ResolvedImage } from './resolved-image.js';

/** What a registry holds of one image, for `inspect`. */
export interface InspectedImage {
  readonly reference: string;
  /** What the tag or the pin names. */
  readonly digest: string;
  readonly kind: 'index' | 'manifest';
  readonly mediaType: string;
  /** Every child of the index. */
  readonly manifests: readonly Descriptor[];
  /** One a platform asked for. */
  readonly platforms: readonly Result<ResolvedImage, RegistryError>[];
  /** What refers to the digest that the tag or the pin names. */
  readonly referrers: Result<Referrers, RegistryError>;
}

/** Reads an image as its registry has it. Fails only where the reference itself can't be read; the rest fails by itself. */
export async function inspectImage(
  source: ImageSource,
  reference: Reference,
  platforms: readonly Platform[],
): Promise<Result<InspectedImage, RegistryError>> {
  const repository = { registry: reference.registry, repository: reference.repository };
  let digest = reference.digest;
  if (digest === undefined) {
    const tag = await source.resolveTag(repository, reference.tag ?? 'latest');
    if (!tag.ok) return tag;
    digest = tag.value.digest;
  }
  const root = await source.manifest(repository, digest);
  if (!root.ok) return root;
  const { manifest, mediaType } = root.value;
  const pinned = { ...reference, digest };
  const [referrers, ...resolved] = await Promise.all([
    source.referrers(repository, digest),
    ...platforms.map((platform) => resolveImage(source, pinned, platform)),
  ]);
  return ok({
    reference: formatReference(reference),
    digest,
    kind: manifest.kind,
    mediaType,
    manifests: manifest.kind === 'index' ? manifest.manifests : [],
    platforms: resolved,
    referrers,
  });
}
