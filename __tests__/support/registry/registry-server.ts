import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { digestOf } from '../../../src/references/digest.js';
import type { Descriptor } from '../../../src/registry/manifest/manifest.js';
import { OCI_INDEX } from '../../../src/registry/manifest/media-types.js';
import { fallbackTag, type MadeContent } from '../image/image-maker.js';
import { authorize, type RegistryAuth, serveToken } from './registry-server-auth.js';

export interface RegistryServerOptions {
  readonly auth?: RegistryAuth;
  /** PEM; without it the server speaks plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Whether the referrers API is there; without it the server keeps the fallback tag as clients do. Default `api`. */
  readonly referrers?: 'api' | 'tag';
  /** Entries a page of referrers and of tags. */
  readonly pageSize?: number;
  /** Sees each request first; answers true if it has dealt with it. For faults that belong to one test. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

interface LoggedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** An OCI registry in this process, on loopback. */
export interface RegistryServer {
  /** `127.0.0.1:PORT`: the registry part of a reference. */
  readonly host: string;
  readonly requests: readonly LoggedRequest[];
  /** Stores content and everything under it, under a tag if one is given. */
  push(repository: string, content: MadeContent, tag?: string): void;
  /** Changes stored bytes under the digest that they no longer hash to. */
  corrupt(repository: string, digest: string, bytes: Uint8Array): void;
  forgetRequests(): void;
  close(): Promise<void>;
}

interface Stored {
  readonly manifests: Map<string, { readonly mediaType: string; readonly bytes: Uint8Array }>;
  readonly blobs: Map<string, Uint8Array>;
  readonly tags: Map<string, string>;
  readonly referrers: Map<string, Descriptor[]>;
}

/** Starts a registry on a free loopback port. @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md */
export async function startRegistry(options: RegistryServerOptions = {}): Promise<RegistryServer> {
  const repositories = new Map<string, Stored>();
  const requests: LoggedRequest[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    if (options.intercept?.(request, response)) return;
    const url = new URL(request.url ?? '/', 'http://registry.invalid');
    const origin = `${options.tls ? 'https' : 'http'}://${request.headers.host}`;
    if (options.auth?.kind === 'token' && url.pathname === '/token') {
      void serveToken(options.auth, request, response, url);
      return;
    }
    if (!authorize(options.auth, request, response, url, origin)) return;
    send(response, request, answer(repositories, options, request, url));
  };
  const server = options.tls ? createHttpsServer(options.tls, listener) : createHttpServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is never a string or null once it listens.
  const { port } = server.address() as AddressInfo;

  const stored = (repository: string): Stored => {
    const known = repositories.get(repository);
    if (known !== undefined) return known;
    const fresh = { manifests: new Map(), blobs: new Map(), tags: new Map(), referrers: new Map() };
    repositories.set(repository, fresh);
    return fresh;
  };
  return {
    host: `127.0.0.1:${port}`,
    requests,
    push(repository, content, tag) {
      const place = stored(repository);
      for (const [digest, bytes] of content.blobs) place.blobs.set(digest, bytes);
      for (const [digest, manifest] of content.manifests) {
        place.manifests.set(digest, manifest);
        noteReferrer(place, options.referrers ?? 'api', digest, manifest, content.descriptor);
      }
      if (tag !== undefined) place.tags.set(tag, content.descriptor.digest);
    },
    corrupt(repository, digest, bytes) {
      const place = stored(repository);
      const manifest = place.manifests.get(digest);
      if (manifest === undefined) place.blobs.set(digest, bytes);
      else place.manifests.set(digest, { ...manifest, bytes });
    },
    forgetRequests() {
      requests.length = 0;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function noteReferrer(
  place: Stored,
  via: 'api' | 'tag',
  digest: string,
  manifest: { readonly mediaType: string; readonly bytes: Uint8Array },
  root: Descriptor,
): void {
  const subject = subjectDigest(manifest.bytes);
  if (subject === undefined) return;
  const { mediaType } = manifest;
  const descriptor = digest === root.digest ? root : { mediaType, digest, size: manifest.bytes.length };
  const list = (place.referrers.get(subject) ?? []).filter((entry) => entry.digest !== digest);
  list.push(descriptor);
  place.referrers.set(subject, list);
  if (via === 'api') return;
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: list }));
  place.manifests.set(digestOf(bytes), { mediaType: OCI_INDEX, bytes });
  place.tags.set(fallbackTag(subject), digestOf(bytes));
}

function subjectDigest(bytes: Uint8Array): string | undefined {
  try {
    const document: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const subject =
      typeof document === 'object' && document !== null && 'subject' in document ? document.subject : null;
    const digest = typeof subject === 'object' && subject !== null && 'digest' in subject ? subject.digest : null;
    return typeof digest === 'string' ? digest : undefined;
  } catch {
    return undefined;
  }
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

const ROUTE = /^\/v2\/(.+)\/(manifests|blobs|referrers|tags)\/([^/]+)$/;

function answer(
  repositories: ReadonlyMap<string, Stored>,
  options: RegistryServerOptions,
  request: IncomingMessage,
  url: URL,
): Answer {
  if (url.pathname === '/v2/') return json({});
  const [, repository = '', kind, name = ''] = ROUTE.exec(url.pathname) ?? [];
  const place = repositories.get(repository);
  if (kind === undefined || place === undefined) return refusal(404, 'NAME_UNKNOWN');
  if (kind === 'manifests') return manifestAnswer(place, name);
  if (kind === 'blobs') return blobAnswer(place, name, request.headers.range);
  if (kind === 'tags') return tagsAnswer(place, repository, url, options.pageSize ?? 1000);
  if ((options.referrers ?? 'api') === 'tag') return refusal(404, 'UNSUPPORTED');
  return referrersAnswer(place, name, url, options.pageSize ?? 1000);
}

function manifestAnswer(place: Stored, name: string): Answer {
  const digest = place.tags.get(name) ?? name;
  const manifest = place.manifests.get(digest);
  if (manifest === undefined) return refusal(404, 'MANIFEST_UNKNOWN');
  return {
    status: 200,
    type: manifest.mediaType,
    body: manifest.bytes,
    headers: { 'docker-content-digest': digest },
  };
}

function blobAnswer(place: Stored, digest: string, rangeHeader: string | undefined): Answer {
  const blob = place.blobs.get(digest);
  if (blob === undefined) return refusal(404, 'BLOB_UNKNOWN');
  const range = /^bytes=(\d+)-(\d*)$/.exec(rangeHeader ?? '');
  if (range === null) return { status: 200, type: 'application/octet-stream', body: blob };
  const start = Number(range[1]);
  const end = range[2] === '' ? blob.length - 1 : Math.min(Number(range[2]), blob.length - 1);
  if (start > end) return refusal(416, 'RANGE_INVALID');
  return {
    status: 206,
    type: 'application/octet-stream',
    body: blob.subarray(start, end + 1),
    headers: { 'content-range': `bytes ${start}-${end}/${blob.length}` },
  };
}

function tagsAnswer(place: Stored, repository: string, url: URL, page: number): Answer {
  const tags = [...place.tags.keys()].sort();
  const last = url.searchParams.get('last');
  const from = last === null ? 0 : tags.indexOf(last) + 1;
  const shown = tags.slice(from, from + page);
  const more = from + page < tags.length;
  return json(
    { name: repository, tags: shown },
    more ? { link: `</v2/${repository}/tags/list?last=${shown.at(-1)}>; rel="next"` } : {},
  );
}

function referrersAnswer(place: Stored, digest: string, url: URL, page: number): Answer {
  const list = place.referrers.get(digest) ?? [];
  const from = Number(url.searchParams.get('from') ?? 0);
  const more = from + page < list.length;
  const body = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: list.slice(from, from + page) };
  return {
    ...json(body, more ? { link: `<${url.pathname}?from=${from + page}>; rel="next"` } : {}),
    type: OCI_INDEX,
  };
}

function json(value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, type: 'application/json', body: Buffer.from(JSON.stringify(value)), headers };
}

function refusal(status: number, code: string): Answer {
  return { ...json({ errors: [{ code, message: code.toLowerCase() }] }), status };
}

function send(response: ServerResponse, request: IncomingMessage, { status, type, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': body.length, ...headers });
  response.end(request.method === 'HEAD' ? undefined : body);
}
