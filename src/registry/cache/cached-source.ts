import { ok, type Result } from '../../lib/result.js';
import { blobText, verifiedChunks } from '../http/verified-bytes.js';
import type { BlobKind, FetchedManifest, ImageSource, Referrers, RegistryError, Repository } from '../image-source.js';
import { BLOB_LIMITS, type RegistryLimits } from '../limits.js';
import type { Descriptor } from '../manifest/manifest.js';
import { readManifest } from '../manifest/read-manifest.js';
import type { BlobCache } from './cache.js';

/** Looks for content by digest in a cache first. What can change is always requested: tags, and lists of referrers. */
export class CachedSource implements ImageSource {
  readonly #source: ImageSource;
  readonly #cache: BlobCache;
  readonly #limits: RegistryLimits;
  readonly #isPrivate: (registry: string) => boolean;
  /** Manifests that a repository was seen to have, in this run. */
  readonly #known = new Set<string>();

  /** @param isPrivate whether what a registry sends is not public, called once it has answered */
  constructor(source: ImageSource, cache: BlobCache, limits: RegistryLimits, isPrivate: (registry: string) => boolean) {
    this.#source = source;
    this.#cache = cache;
    this.#limits = limits;
    this.#isPrivate = isPrivate;
  }

  /**
   * If the tag's last digest is at hand, HEAD will most likely do: it costs less, and Docker Hub doesn't count it.
   * @see https://docs.docker.com/docker-hub/usage/pulls/
   */
  async resolveTag(
    repository: Repository,
    tag: string,
    wanted: 'content' | 'digest' = 'content',
  ): Promise<Result<Descriptor, RegistryError>> {
    const name = `${repository.registry}/${repository.repository}:${tag}`;
    const guess = await this.#cache.lastDigest(name);
    const isHeld = guess !== undefined && (await this.#cache.get(guess, this.#limits['manifest-bytes'])) !== undefined;
    const resolved = await this.#source.resolveTag(repository, tag, isHeld ? 'digest' : wanted);
    if (resolved.ok && resolved.value.digest !== guess)
      await this.#cache.noteDigest(name, resolved.value.digest, this.#isPrivate(repository.registry));
    if (resolved.ok) this.#note(repository, [resolved.value]);
    return resolved;
  }

  #note(repository: Repository, descriptors: readonly Pick<Descriptor, 'digest'>[]): void {
    for (const { digest } of descriptors) this.#known.add(placeOf(repository, digest));
  }

  /**
   * What the cache holds may be another repository's, so a digest that nothing of this one has named is requested. An
   * offline run makes no request, and uses what is cached.
   */
  async #has(repository: Repository, digest: string): Promise<Result<true, RegistryError>> {
    if (this.#known.has(placeOf(repository, digest))) return ok(true);
    const there = await this.#source.resolveTag(repository, digest, 'digest');
    return there.ok || there.error.code === 'offline' ? ok(true) : there;
  }

  async manifest(repository: Repository, digest: string): Promise<Result<FetchedManifest, RegistryError>> {
    const bytes = await this.#cache.get(digest, this.#limits['manifest-bytes']);
    const read = bytes === undefined ? undefined : readManifest(bytes, undefined, this.#limits);
    if (bytes !== undefined && read?.ok) {
      const has = await this.#has(repository, digest);
      if (!has.ok) return has;
      this.#noteManifest(repository, digest, read.value);
      return ok({ digest, mediaType: read.value.mediaType, bytes, manifest: read.value });
    }
    const fetched = await this.#source.manifest(repository, digest);
    if (fetched.ok) this.#noteManifest(repository, digest, fetched.value.manifest);
    // Only what shows its own media type is read the same way without the registry's Content-Type.
    if (fetched.ok && this.#namesItsType(fetched.value))
      await this.#cache.put(digest, fetched.value.bytes, this.#isPrivate(repository.registry));
    return fetched;
  }

  #noteManifest(repository: Repository, digest: string, manifest: FetchedManifest['manifest']): void {
    this.#note(repository, [{ digest }, ...(manifest.kind === 'index' ? manifest.manifests : [])]);
  }

  #namesItsType({ bytes, mediaType }: FetchedManifest): boolean {
    const read = readManifest(bytes, undefined, this.#limits);
    return read.ok && read.value.mediaType === mediaType;
  }

  async blob(
    repository: Repository,
    descriptor: Descriptor,
    kind: BlobKind,
  ): Promise<Result<Uint8Array, RegistryError>> {
    const bytes = await this.#cache.get(descriptor.digest, this.#limits[BLOB_LIMITS[kind]]);
    if (bytes?.length === descriptor.size) return ok(bytes);
    const fetched = await this.#source.blob(repository, descriptor, kind);
    if (fetched.ok) await this.#cache.put(descriptor.digest, fetched.value, this.#isPrivate(repository.registry));
    return fetched;
  }

  async blobStream(
    repository: Repository,
    descriptor: Descriptor,
    kind: BlobKind,
  ): Promise<Result<AsyncIterable<Uint8Array>, RegistryError>> {
    const { digest, size } = descriptor;
    const kept = size > this.#limits[BLOB_LIMITS[kind]] ? undefined : await this.#cache.stream(digest);
    if (kept !== undefined) {
      const what = blobText(kind, digest, 'the cache');
      return ok(verifiedChunks(kept, descriptor, { registry: repository.registry, request: 'the cache', what }));
    }
    const stream = await this.#source.blobStream(repository, descriptor, kind);
    return stream.ok
      ? ok(this.#cache.keeping(digest, size, stream.value, this.#isPrivate(repository.registry)))
      : stream;
  }

  async referrers(repository: Repository, digest: string): Promise<Result<Referrers, RegistryError>> {
    const listed = await this.#source.referrers(repository, digest);
    if (listed.ok) this.#note(repository, listed.value.descriptors);
    return listed;
  }

  tags(repository: Repository): Promise<Result<readonly string[], RegistryError>> {
    return this.#source.tags(repository);
  }
}

function placeOf({ registry, repository }: Repository, digest: string): string {
  return `${registry}/${repository}@${digest}`;
}
