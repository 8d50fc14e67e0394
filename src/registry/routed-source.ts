import type { Result } from '../lib/result.js';
import { canonicalHost } from '../references/registry-host.js';
import type { BlobKind, FetchedManifest, ImageSource, Referrers, RegistryError, Repository } from './image-source.js';
import type { Descriptor } from './manifest/manifest.js';
import { unlistedSource } from './refusing-source.js';

/** A replacement for `registry[/prefix]`: another source, and the path there that replaces the prefix. */
export interface Route {
  /** `host`, or `host/prefix`. */
  readonly from: string;
  readonly source: ImageSource;
  /** Undefined: the source knows images by their own names, as a layout does. */
  readonly to?: Repository;
}

/**
 * Sends each look-up to where its images are: the longest route that its name begins with, else the registry itself, and
 * nowhere if the registry is not listed.
 */
export class RoutedSource implements ImageSource {
  readonly #routes: readonly Route[];
  readonly #otherwise: ImageSource;
  readonly #isListed: (registry: string) => boolean;

  constructor(routes: readonly Route[], otherwise: ImageSource, isListed: (registry: string) => boolean) {
    this.#routes = [...routes].sort((a, b) => b.from.length - a.from.length);
    this.#otherwise = otherwise;
    this.#isListed = isListed;
  }

  resolveTag(
    repository: Repository,
    tag: string,
    wanted?: 'content' | 'digest',
  ): Promise<Result<Descriptor, RegistryError>> {
    const way = this.#way(repository);
    return way.source.resolveTag(way.repository, tag, wanted);
  }

  manifest(repository: Repository, digest: string): Promise<Result<FetchedManifest, RegistryError>> {
    const way = this.#way(repository);
    return way.source.manifest(way.repository, digest);
  }

  blob(repository: Repository, descriptor: Descriptor, kind: BlobKind): Promise<Result<Uint8Array, RegistryError>> {
    const way = this.#way(repository);
    return way.source.blob(way.repository, descriptor, kind);
  }

  blobStream(
    repository: Repository,
    descriptor: Descriptor,
    kind: BlobKind,
  ): Promise<Result<AsyncIterable<Uint8Array>, RegistryError>> {
    const way = this.#way(repository);
    return way.source.blobStream(way.repository, descriptor, kind);
  }

  referrers(repository: Repository, digest: string): Promise<Result<Referrers, RegistryError>> {
    const way = this.#way(repository);
    return way.source.referrers(way.repository, digest);
  }

  tags(repository: Repository): Promise<Result<readonly string[], RegistryError>> {
    const way = this.#way(repository);
    return way.source.tags(way.repository);
  }

  #way(repository: Repository): { readonly source: ImageSource; readonly repository: Repository } {
    const name = `${canonicalHost(repository.registry)}/${repository.repository}`;
    const route = this.#routes.find(({ from }) => name === from || name.startsWith(`${from}/`));
    if (route === undefined)
      return { source: this.#isListed(repository.registry) ? this.#otherwise : unlistedSource, repository };
    if (route.to === undefined) return { source: route.source, repository };
    const rest = name.slice(route.from.length + 1);
    const path = [route.to.repository, rest].filter((part) => part !== '').join('/');
    return { source: route.source, repository: { registry: route.to.registry, repository: path } };
  }
}
