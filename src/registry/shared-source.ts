import type { Result } from '../lib/result.js';
import type { BlobKind, FetchedManifest, ImageSource, Referrers, RegistryError, Repository } from './image-source.js';
import type { Descriptor } from './manifest/manifest.js';

/**
 * Shares work for the run: each tag is resolved once, so that every rule is about the same image, and each manifest,
 * configuration and list of referrers is read once, however many uses name it. Failures are shared too.
 */
export class SharedSource implements ImageSource {
  readonly #source: ImageSource;
  readonly #tags = new Map<string, Promise<Result<Descriptor, RegistryError>>>();
  readonly #manifests = new Map<string, Promise<Result<FetchedManifest, RegistryError>>>();
  readonly #configs = new Map<string, Promise<Result<Uint8Array, RegistryError>>>();
  readonly #referrers = new Map<string, Promise<Result<Referrers, RegistryError>>>();
  readonly #tagLists = new Map<string, Promise<Result<readonly string[], RegistryError>>>();

  constructor(source: ImageSource) {
    this.#source = source;
  }

  resolveTag(
    repository: Repository,
    tag: string,
    wanted?: 'content' | 'digest',
  ): Promise<Result<Descriptor, RegistryError>> {
    return shared(this.#tags, `${nameOf(repository)}:${tag}`, () => this.#source.resolveTag(repository, tag, wanted));
  }

  manifest(repository: Repository, digest: string): Promise<Result<FetchedManifest, RegistryError>> {
    return shared(this.#manifests, `${nameOf(repository)}@${digest}`, () => this.#source.manifest(repository, digest));
  }

  /** Configurations are small and many rules read them; attestations are read by one rule each, and are not kept. */
  blob(repository: Repository, descriptor: Descriptor, kind: BlobKind): Promise<Result<Uint8Array, RegistryError>> {
    if (kind !== 'config') return this.#source.blob(repository, descriptor, kind);
    const key = `${nameOf(repository)}@${descriptor.digest} ${descriptor.size}`;
    return shared(this.#configs, key, () => this.#source.blob(repository, descriptor, kind));
  }

  blobStream(
    repository: Repository,
    descriptor: Descriptor,
    kind: BlobKind,
  ): Promise<Result<AsyncIterable<Uint8Array>, RegistryError>> {
    return this.#source.blobStream(repository, descriptor, kind);
  }

  referrers(repository: Repository, digest: string): Promise<Result<Referrers, RegistryError>> {
    return shared(this.#referrers, `${nameOf(repository)}@${digest}`, () => this.#source.referrers(repository, digest));
  }

  tags(repository: Repository): Promise<Result<readonly string[], RegistryError>> {
    return shared(this.#tagLists, nameOf(repository), () => this.#source.tags(repository));
  }
}

function nameOf({ registry, repository }: Repository): string {
  return `${registry}/${repository}`;
}

function shared<T>(running: Map<string, Promise<T>>, key: string, work: () => Promise<T>): Promise<T> {
  const known = running.get(key);
  if (known !== undefined) return known;
  const started = work();
  running.set(key, started);
  return started;
}
