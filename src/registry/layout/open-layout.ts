import { codeOf, messageOf } from '../../lib/caught.js';
import { err, ok, type Result } from '../../lib/result.js';
import { isDigest } from '../../references/reference.js';
import { blobText, collect, type Origin, tooLarge, verifiedChunks } from '../http/verified-bytes.js';
import type { BlobKind, FetchedManifest, RegistryError } from '../image-source.js';
import { BLOB_LIMITS, type LimitName, type RegistryLimits } from '../limits.js';
import { malformed } from '../manifest/document-fault.js';
import type { Descriptor } from '../manifest/manifest.js';
import { OCI_INDEX } from '../manifest/media-types.js';
import { readManifest } from '../manifest/read-manifest.js';
import { BlobStreamError, documentError } from '../registry-error.js';
import type { LayoutFiles } from './layout-files.js';

/** A layout whose files can be read: its index, and content by digest, hashed as it is read. Errors name its path. */
export class OpenLayout {
  readonly path: string;
  readonly #files: LayoutFiles;
  readonly #limits: RegistryLimits;
  #entries: Promise<Result<readonly Descriptor[], RegistryError>> | undefined;
  readonly #manifests = new Map<string, Promise<Result<FetchedManifest, RegistryError>>>();

  constructor(files: LayoutFiles, path: string, limits: RegistryLimits) {
    this.#files = files;
    this.path = path;
    this.#limits = limits;
  }

  /** The entries of index.json: the only content that nothing vouches for, as a tag in a registry. */
  entries(): Promise<Result<readonly Descriptor[], RegistryError>> {
    this.#entries ??= this.#readIndex();
    return this.#entries;
  }

  /** A manifest by its digest, read once. */
  manifest(digest: string): Promise<Result<FetchedManifest, RegistryError>> {
    const known = this.#manifests.get(digest);
    if (known !== undefined) return known;
    const reading = this.readManifest(digest);
    this.#manifests.set(digest, reading);
    return reading;
  }

  /** The same, and nothing is kept in memory. */
  async readManifest(digest: string): Promise<Result<FetchedManifest, RegistryError>> {
    const origin = this.#blobOrigin(digest, `The manifest ${digest} of the image layout ${this.path}`);
    const size = await this.#size(blobPath(digest), origin, 'manifest-bytes');
    if (!size.ok) return size;
    const bytes = await collect(
      verifiedChunks(this.#chunks(blobPath(digest), origin, size.value), { digest, size: size.value }, origin),
    );
    if (!bytes.ok) return bytes;
    const read = readManifest(bytes.value, undefined, this.#limits);
    if (!read.ok) return err(documentError(read.error, origin));
    return ok({ digest, mediaType: read.value.mediaType, bytes: bytes.value, manifest: read.value });
  }

  async blob(descriptor: Descriptor, kind: BlobKind): Promise<Result<AsyncIterable<Uint8Array>, RegistryError>> {
    const origin = this.#blobOrigin(
      descriptor.digest,
      blobText(kind, descriptor.digest, `the image layout ${this.path}`),
    );
    const limit = BLOB_LIMITS[kind];
    if (descriptor.size > this.#limits[limit]) return err(tooLarge(origin, limit, this.#limits[limit]));
    const path = blobPath(descriptor.digest);
    const size = await this.#size(path, origin, limit);
    return size.ok ? ok(verifiedChunks(this.#chunks(path, origin, size.value), descriptor, origin)) : size;
  }

  async #readIndex(): Promise<Result<readonly Descriptor[], RegistryError>> {
    const origin = {
      registry: this.path,
      request: `${this.path}/index.json`,
      what: `The index of the image layout ${this.path}`,
    };
    const size = await this.#size('index.json', origin, 'manifest-bytes');
    if (!size.ok) return size;
    const bytes = await collect(this.#chunks('index.json', origin, size.value));
    if (!bytes.ok) return bytes;
    const read = readManifest(bytes.value, OCI_INDEX, this.#limits);
    if (!read.ok) return err(documentError(read.error, origin));
    if (read.value.kind === 'manifest') return ok([]);
    // It may name or refer to anything, and the layout has no other list.
    const [unreadable] = read.value.unreadable ?? [];
    return unreadable === undefined
      ? ok(read.value.manifests)
      : err(documentError(malformed(unreadable.reason), origin));
  }

  #blobOrigin(digest: string, what: string): Origin {
    return { registry: this.path, request: `${this.path}/${blobPath(digest)}`, what };
  }

  async #size(path: string, origin: Origin, limit: LimitName): Promise<Result<number, RegistryError>> {
    try {
      const size = await this.#files.size(path);
      if (size === undefined)
        return err({
          code: 'not-found',
          registry: origin.registry,
          request: origin.request,
          message: `${origin.what} does not exist.`,
          fix: 'Copy the image and its referrers into the layout, or use another layout.',
        });
      return size > this.#limits[limit] ? err(tooLarge(origin, limit, this.#limits[limit])) : ok(size);
    } catch (error) {
      return err(fileError(error, origin.request));
    }
  }

  async *#chunks(path: string, origin: Origin, size: number): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#files.stream(path, size);
    } catch (error) {
      throw new BlobStreamError(fileError(error, origin.request));
    }
  }
}

/** Where a layout keeps content; only of a checked digest, since it becomes a path. */
function blobPath(digest: string): string {
  return isDigest(digest) ? `blobs/${digest.replace(':', '/')}` : 'blobs/not-a-digest';
}

/** The error of a file that the operating system did not let us read, or that is no layout. */
export function fileError(error: unknown, path: string): RegistryError {
  const code = codeOf(error);
  return {
    code: code === 'ENOENT' ? 'not-found' : code === 'EACCES' || code === 'EPERM' ? 'forbidden' : 'malformed',
    registry: path,
    request: path,
    message: `The image layout ${path} can't be read: ${messageOf(error)}.`,
    fix: 'Use an OCI image layout: a directory with oci-layout, index.json and blobs/, or an uncompressed tar archive of one.',
  };
}
