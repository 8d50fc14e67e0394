import { join } from 'node:path';
import { err, ok, type Result } from '../../lib/result.js';
import { collect } from '../http/verified-bytes.js';
import type { BlobKind, FetchedManifest, ImageSource, Referrers, RegistryError, Repository } from '../image-source.js';
import { type RegistryLimits, registryLimits } from '../limits.js';
import type { Descriptor } from '../manifest/manifest.js';
import { type LayoutFiles, openLayoutFiles } from './layout-files.js';
import { LayoutIndex } from './layout-index.js';
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
  /** The layout of all repositories that have none of their own: opened once, since opening a tar reads all its headers. */
  #shared: Promise<Result<Layout, RegistryError>> | undefined;
  readonly #opened = new Map<string, Promise<Result<Layout, RegistryError>>>();

  constructor(path: string, limits: RegistryLimits = registryLimits()) {
    this.#path = path;
    this.#limits = limits;
  }

  async resolveTag(repository: Repository, tag: string): Promise<Result<Descriptor, RegistryError>> {
    const layout = await this.#layout(repository);
    return layout.ok ? layout.value.index.tag(repository, tag) : layout;
  }

  async manifest(repository: Repository, digest: string): Promise<Result<FetchedManifest, RegistryError>> {
    const layout = await this.#layout(repository);
    return layout.ok ? layout.value.content.manifest(digest) : layout;
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
    return layout.ok ? layout.value.content.blob(descriptor, kind) : layout;
  }

  async referrers(repository: Repository, digest: string): Promise<Result<Referrers, RegistryError>> {
    const layout = await this.#layout(repository);
    return layout.ok ? layout.value.index.referrers(repository, digest) : layout;
  }

  async tags(repository: Repository): Promise<Result<readonly string[], RegistryError>> {
    const layout = await this.#layout(repository);
    return layout.ok ? layout.value.index.tags(repository) : layout;
  }

  #layout({ repository }: Repository): Promise<Result<Layout, RegistryError>> {
    const known = this.#opened.get(repository);
    if (known !== undefined) return known;
    const opening = this.#open(repository);
    this.#opened.set(repository, opening);
    return opening;
  }

  async #open(repository: string): Promise<Result<Layout, RegistryError>> {
    const own = join(this.#path, repository);
    try {
      const nested = repository.split('/').includes('..') ? undefined : await openIfThere(own);
      if (nested !== undefined && (await nested.size('index.json')) !== undefined)
        return ok(layoutOf(nested, own, this.#limits));
    } catch (error) {
      return err(fileError(error, own));
    }
    this.#shared ??= openShared(this.#path, this.#limits);
    return this.#shared;
  }
}

/** A layout's names and referrers, and its content by digest. */
interface Layout {
  readonly index: LayoutIndex;
  readonly content: OpenLayout;
}

function layoutOf(files: LayoutFiles, path: string, limits: RegistryLimits): Layout {
  const content = new OpenLayout(files, path, limits);
  return { index: new LayoutIndex(content, limits), content };
}

async function openShared(path: string, limits: RegistryLimits): Promise<Result<Layout, RegistryError>> {
  try {
    return ok(layoutOf(await openLayoutFiles(path), path, limits));
  } catch (error) {
    return err(fileError(error, path));
  }
}

async function openIfThere(path: string): Promise<LayoutFiles | undefined> {
  try {
    return await openLayoutFiles(path);
  } catch {
    return undefined;
  }
}
