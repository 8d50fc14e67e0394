import { join } from 'node:path';
import { err, ok, type Result } from '../../lib/result.js';
import { collect } from '../http/verified-bytes.js';
import type { BlobKind, FetchedManifest, ImageSource, Referrers, RegistryError, Repository } from '../image-source.js';
import { type RegistryLimits, registryLimits } from '../limits.js';
import type { Descriptor } from '../manifest/manifest.js';
import { type LayoutFiles, openLayoutFiles } from './layout-files.js';
import { findTag, listTags, readReferrers } from './layout-index.js';
import { fileError, OpenLayout } from './open-layout.js';

/**
 * An OCI image layout (directory, or uncompressed tar) as a place that images come from, with no network. Tags are the
 * `org.opencontainers.image.ref.name` annotations of `index.json`: full names (`registry/repository:tag`) or bare tags,
 * which then hold for any repository. Where DIR holds a layout per repository (`DIR/library/alpine/index.json`), that one is read.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export class LayoutSource implements ImageSource {
  readonly #path: string;
  readonly #limits: RegistryLimits;
  readonly #opened = new Map<string, Promise<Result<OpenLayout, RegistryError>>>();

  constructor(path: string, limits: RegistryLimits = registryLimits()) {
    this.#path = path;
    this.#limits = limits;
  }

  async resolveTag(repository: Repository, tag: string): Promise<Result<Descriptor, RegistryError>> {
    const layout = await this.#layout(repository);
    return layout.ok ? findTag(layout.value, repository, tag) : layout;
  }

  async manifest(repository: Repository, digest: string): Promise<Result<FetchedManifest, RegistryError>> {
    const layout = await this.#layout(repository);
    return layout.ok ? layout.value.manifest(digest) : layout;
  }

  async blob(
    repository: Repository,
    descriptor: Descriptor,
    kind: BlobKind,
  ): Promise<Result<Uint8Array, RegistryError>> {
    const stream = await this.blobStream(repository, descriptor, kind);
    return stream.ok ? collect(stream.value) : stream;
  }

  async blobStream(
    repository: Repository,
    descriptor: Descriptor,
    kind: BlobKind,
  ): Promise<Result<AsyncIterable<Uint8Array>, RegistryError>> {
    const layout = await this.#layout(repository);
    return layout.ok ? layout.value.blob(descriptor, kind) : layout;
  }

  async referrers(repository: Repository, digest: string): Promise<Result<Referrers, RegistryError>> {
    const layout = await this.#layout(repository);
    return layout.ok ? readReferrers(layout.value, repository, digest, this.#limits) : layout;
  }

  async tags(repository: Repository): Promise<Result<readonly string[], RegistryError>> {
    const layout = await this.#layout(repository);
    return layout.ok ? listTags(layout.value, repository) : layout;
  }

  #layout(repository: Repository): Promise<Result<OpenLayout, RegistryError>> {
    const known = this.#opened.get(repository.repository);
    if (known !== undefined) return known;
    const opening = openLayout(this.#path, repository, this.#limits);
    this.#opened.set(repository.repository, opening);
    return opening;
  }
}

async function openLayout(
  path: string,
  repository: Repository,
  limits: RegistryLimits,
): Promise<Result<OpenLayout, RegistryError>> {
  const own = join(path, repository.repository);
  try {
    const nested = repository.repository.split('/').includes('..') ? undefined : await openIfThere(own);
    if (nested !== undefined && (await nested.size('index.json')) !== undefined)
      return ok(new OpenLayout(nested, own, repository.registry, limits));
    return ok(new OpenLayout(await openLayoutFiles(path), path, repository.registry, limits));
  } catch (error) {
    return err(fileError(error, repository.registry, path));
  }
}

async function openIfThere(path: string): Promise<LayoutFiles | undefined> {
  try {
    return await openLayoutFiles(path);
  } catch {
    return undefined;
  }
}
