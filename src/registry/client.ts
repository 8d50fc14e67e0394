import { z } from 'zod';
import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import { parseStrictJson } from '../lib/strict-json.js';
import { digestOf, hashesTo } from '../references/digest.js';
import { isDigest, repositoryName } from '../references/reference.js';
import type { Authorization } from './auth/authorization.js';
import type { HostRules } from './hosts.js';
import { type RequestName, requestText } from './http/http-failure.js';
import { nextPage } from './http/pages.js';
import { refusalError } from './http/refusal.js';
import type { ApiRequest, RegistryApi } from './http/request.js';
import { type HttpResponse, readRefusalText, type WholeResponse } from './http/response.js';
import { isTransient, type Request, type Transport } from './http/transport.js';
import { blobText, type Origin, tooLarge, verifiedChunks, wrongDigest, wrongSize } from './http/verified-bytes.js';
import type { BlobKind, FetchedManifest, ImageSource, Referrers, RegistryError, Repository } from './image-source.js';
import { BLOB_LIMITS, type LimitName, type RegistryLimits } from './limits.js';
import { malformed } from './manifest/document-fault.js';
import type { Descriptor } from './manifest/manifest.js';
import { ACCEPTED_MANIFESTS, essence } from './manifest/media-types.js';
import { readManifest } from './manifest/read-manifest.js';
import { fetchReferrers } from './referrers.js';
import { BlobStreamError, documentError } from './registry-error.js';

/**
 * A blob's chunks from an answer that is already there. When the connection breaks, the rest is requested with a range
 * request, and what a registry without ranges sends again is skipped; the bytes that come are the whole blob's, in order.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-blobs
 */
async function* resumingChunks(
  first: HttpResponse,
  size: number,
  open: (from: number) => Promise<Result<HttpResponse, RegistryError>>,
  transport: Pick<Transport, 'limits' | 'backoff' | 'sleep'>,
): AsyncGenerator<Uint8Array> {
  let response = first;
  let received = 0;
  let skip = 0;
  for (let failures = 0; ; ) {
    try {
      for await (const chunk of response.body) {
        const fresh = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - fresh.length;
        received += fresh.length;
        if (fresh.length > 0) yield fresh;
      }
      return;
    } catch (error) {
      // The body is complete: only the connection was closed uncleanly.
      if (received === size) return;
      failures++;
      const lost = error instanceof BlobStreamError && isTransient(error.error);
      if (!lost || failures >= transport.limits.attempts) throw error;
    }
    await transport.sleep(transport.backoff(failures));
    const next = await open(received);
    if (!next.ok) throw new BlobStreamError(next.error);
    response = next.value;
    skip = startOf(response) === received ? 0 : received;
  }
}

/** Where a partial answer starts; a whole one starts at 0. */
function startOf(response: HttpResponse): number {
  const start = /^bytes ([0-9]{1,15})-/.exec(response.headers.get('content-range') ?? '')?.[1];
  return response.status === 206 && start !== undefined ? Number(start) : 0;
}

const page = z.object({ tags: z.array(z.string()).nullish() });
const PAGE_SIZE = 1000;

/** Every tag of a repository. @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags */
async function fetchTags(
  api: RegistryApi,
  repository: Repository,
  limits: RegistryLimits,
): Promise<Result<readonly string[], RegistryError>> {
  const tags: string[] = [];
  const visited = new Set<string>();
  const first = { repository, path: `tags/list?n=${PAGE_SIZE}`, accept: 'application/json' };
  for (let request: typeof first & { readonly url?: URL } = first; ; ) {
    const name = api.nameOf('GET', request);
    visited.add(name.url.href);
    const response = await api.fetch('GET', request, 'manifest-bytes');
    if (!response.ok) return response;
    const json = parseStrictJson(response.value.bytes);
    const parsed = page.safeParse(json.ok ? json.value : undefined);
    if (!parsed.success) {
      const origin = { registry: repository.registry, request: requestText(name), what: 'The list of tags' };
      return err(documentError(malformed(json.ok ? 'it contains no list of tags' : json.error), origin));
    }
    tags.push(...(parsed.data.tags ?? []));
    const next = nextPage(response.value.headers, name, visited, 'tag-pages', limits);
    if (!next.ok) return next;
    if (next.value === undefined) return ok(tags);
    request = { ...first, url: next.value };
  }
}

export interface ClientOptions {
  readonly transport: Transport;
  readonly authorization: Authorization;
  readonly rules: HostRules;
}

/**
 * Registries over HTTP, and nothing that a registry says is believed: what has a digest must hash to it.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export class RegistryClient implements ImageSource, RegistryApi {
  readonly #options: ClientOptions;
  /** Manifests that came with a tag's response, until they are requested by digest. */
  readonly #came = new Map<string, FetchedManifest>();

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  async resolveTag(
    repository: Repository,
    tag: string,
    wanted: 'content' | 'digest' = 'content',
  ): Promise<Result<Descriptor, RegistryError>> {
    if (wanted === 'digest') {
      const head = await this.#headTag(repository, tag);
      if (head !== undefined) return ok(head);
    }
    const fetched = await this.#fetchManifest(repository, tag);
    if (!fetched.ok) return fetched;
    const { digest, mediaType, bytes } = fetched.value;
    this.#came.set(`${repository.registry}/${repository.repository}@${digest}`, fetched.value);
    return ok({ mediaType, digest, size: bytes.length });
  }

  async manifest(repository: Repository, digest: string): Promise<Result<FetchedManifest, RegistryError>> {
    const came = this.#came.get(`${repository.registry}/${repository.repository}@${digest}`);
    return came === undefined ? this.#fetchManifest(repository, digest) : ok(came);
  }

  async blob(
    repository: Repository,
    descriptor: Descriptor,
    kind: BlobKind,
  ): Promise<Result<Uint8Array, RegistryError>> {
    const limit = BLOB_LIMITS[kind];
    const request: ApiRequest = { repository, path: `blobs/${descriptor.digest}` };
    const origin = this.#origin(request, blobText(kind, descriptor.digest, repositoryName(repository)));
    const { limits } = this.#options.transport;
    if (descriptor.size > limits[limit]) return err(tooLarge(origin, limit, limits[limit]));
    const response = await this.fetch('GET', request, limit);
    if (!response.ok) return response;
    const { bytes } = response.value;
    if (bytes.length !== descriptor.size) return err(wrongSize(origin, descriptor.size, String(bytes.length)));
    return hashesTo(bytes, descriptor.digest)
      ? ok(bytes)
      : err(wrongDigest(origin, descriptor.digest, digestOf(bytes)));
  }

  async blobStream(
    repository: Repository,
    descriptor: Descriptor,
    kind: BlobKind,
  ): Promise<Result<AsyncIterable<Uint8Array>, RegistryError>> {
    const { transport } = this.#options;
    const limit = BLOB_LIMITS[kind];
    const request: ApiRequest = { repository, path: `blobs/${descriptor.digest}` };
    const origin = this.#origin(request, blobText(kind, descriptor.digest, repositoryName(repository)));
    if (descriptor.size > transport.limits[limit]) return err(tooLarge(origin, limit, transport.limits[limit]));
    const open = (from: number) =>
      this.#open(from === 0 ? request : { ...request, headers: { range: `bytes=${from}-` } });
    const first = await open(0);
    if (!first.ok) return first;
    return ok(verifiedChunks(resumingChunks(first.value, descriptor.size, open, transport), descriptor, origin));
  }

  referrers(repository: Repository, digest: string): Promise<Result<Referrers, RegistryError>> {
    return fetchReferrers(this, repository, digest, this.#options.transport.limits);
  }

  tags(repository: Repository): Promise<Result<readonly string[], RegistryError>> {
    return fetchTags(this, repository, this.#options.transport.limits);
  }

  request(
    method: 'GET' | 'HEAD',
    request: ApiRequest,
    limit: LimitName,
  ): Promise<Result<WholeResponse, RegistryError>> {
    const { transport, authorization } = this.#options;
    return authorization.send({
      repository: request.repository,
      request: this.#request(method, request),
      make: (request) => transport.whole(request, limit),
      discard: async () => undefined,
    });
  }

  async fetch(method: 'GET', request: ApiRequest, limit: LimitName): Promise<Result<WholeResponse, RegistryError>> {
    const response = await this.request(method, request, limit);
    if (!response.ok || response.value.status === 200) return response;
    return err(refusalError(this.nameOf(method, request), response.value));
  }

  nameOf(method: string, request: ApiRequest): RequestName {
    return { registry: request.repository.registry, method, url: this.#url(request) };
  }

  async #open(request: ApiRequest): Promise<Result<HttpResponse, RegistryError>> {
    const { transport, authorization } = this.#options;
    const response = await authorization.send({
      repository: request.repository,
      request: this.#request('GET', request),
      make: (request) => transport.open(request),
      discard: (one) => one.discard(),
    });
    if (!response.ok || response.value.status === 200 || response.value.status === 206) return response;
    const bytes = await readRefusalText(response.value, transport.limits);
    return err(refusalError(this.nameOf('GET', request), { ...response.value, bytes }));
  }

  /** Undefined where a registry refuses HEAD or says too little, so that GET decides: some refuse HEAD with 403. */
  async #headTag(repository: Repository, tag: string): Promise<Descriptor | undefined> {
    const request = manifestRequest(repository, tag);
    const response = await this.request('HEAD', request, 'manifest-bytes');
    if (!response.ok) return undefined;
    const { status, headers } = response.value;
    const digest = headers.get('docker-content-digest');
    const mediaType = essence(headers.get('content-type') ?? undefined);
    if (status !== 200 || digest === null || !isDigest(digest) || mediaType === undefined) return undefined;
    const length = Number(headers.get('content-length') ?? 0);
    return { mediaType, digest, size: Number.isSafeInteger(length) ? length : 0 };
  }

  async #fetchManifest(repository: Repository, reference: string): Promise<Result<FetchedManifest, RegistryError>> {
    const request = manifestRequest(repository, reference);
    const response = await this.fetch('GET', request, 'manifest-bytes');
    if (!response.ok) return response;
    const { bytes, headers } = response.value;
    const stated = headers.get('docker-content-digest') ?? undefined;
    const origin = this.#origin(
      request,
      `The manifest ${repository.registry}/${repository.repository}${reference.includes(':') ? '@' : ':'}${reference}`,
    );
    // A tag's digest is what its bytes hash to; a header that says otherwise shows of bytes that were changed.
    const digest = isDigest(reference)
      ? reference
      : stated !== undefined && isDigest(stated)
        ? stated
        : digestOf(bytes);
    if (!hashesTo(bytes, digest)) return err(wrongDigest(origin, digest, digestOf(bytes)));
    const read = readManifest(bytes, essence(headers.get('content-type') ?? undefined), this.#options.transport.limits);
    if (!read.ok) return err(documentError(read.error, origin));
    return ok({ digest, mediaType: read.value.mediaType, bytes, manifest: read.value });
  }

  #origin(request: ApiRequest, what: string): Origin {
    return { registry: request.repository.registry, request: requestText(this.nameOf('GET', request)), what };
  }

  #url({ repository, path, url }: ApiRequest): URL {
    return url ?? new URL(`${this.#options.rules.origin(repository.registry)}/v2/${repository.repository}/${path}`);
  }

  #request(method: 'GET' | 'HEAD', request: ApiRequest): Request {
    const headers = { ...optionalField('accept', request.accept), ...request.headers };
    return { method, url: this.#url(request), headers, registry: request.repository.registry };
  }
}

function manifestRequest(repository: Repository, reference: string): ApiRequest {
  return { repository, path: `manifests/${reference}`, accept: ACCEPTED_MANIFESTS };
}
