import { err, ok, type Result } from '../lib/result.js';
import { plural } from '../lib/text.js';
import { referrersTag } from '../references/digest.js';
import { limitError, type RequestName, requestText } from './http/http-failure.js';
import { nextPage } from './http/pages.js';
import { refusalError } from './http/refusal.js';
import type { RegistryApi } from './http/request.js';
import type { WholeResponse } from './http/response.js';
import type { ImageSource, Referrers, RegistryError, Repository } from './image-source.js';
import type { RegistryLimits } from './limits.js';
import type { Descriptor, Manifest } from './manifest/manifest.js';
import { essence, OCI_INDEX } from './manifest/media-types.js';
import { readManifest } from './manifest/read-manifest.js';
import { documentError } from './registry-error.js';

/** With these a registry says that it has no referrers API. @see https://github.com/google/go-containerregistry/blob/main/pkg/v1/remote/referrers.go */
const NO_API: ReadonlySet<number> = new Set([400, 404, 405, 406, 501]);

/**
 * What refers to a digest: by the referrers API, page after page, or by the fallback tag where there is no such API.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
 */
export async function fetchReferrers(
  client: RegistryApi & ImageSource,
  repository: Repository,
  digest: string,
  limits: RegistryLimits,
): Promise<Result<Referrers, RegistryError>> {
  const found = new Map<string, Descriptor>();
  const unreadable: string[] = [];
  const visited = new Set<string>();
  const first = { repository, path: `referrers/${digest}`, accept: OCI_INDEX };
  for (let request: typeof first & { readonly url?: URL } = first; ; ) {
    const name = client.nameOf('GET', request);
    visited.add(name.url.href);
    const response = await client.request('GET', request, 'manifest-bytes');
    if (!response.ok) return response;
    if (visited.size === 1 && hasNoApi(response.value)) return byTag(client, repository, digest, limits);
    if (response.value.status !== 200) return err(refusalError(name, response.value));
    const read = readManifest(response.value.bytes, OCI_INDEX, limits);
    const origin = { registry: repository.registry, request: requestText(name), what: `The referrers of ${digest}` };
    if (!read.ok) return err(documentError(read.error, origin));
    const list = entriesOf(read.value);
    for (const entry of list.descriptors) found.set(entry.digest, entry);
    unreadable.push(...list.unreadable);
    if (found.size > limits.referrers) return err(tooMany(name, repository, digest, limits));
    const next = nextPage(response.value.headers, name, visited, 'referrer-pages', limits);
    if (!next.ok) return next;
    if (next.value === undefined) return ok({ via: 'referrers-api', descriptors: [...found.values()], unreadable });
    request = { ...first, url: next.value };
  }
}

/** A 200 that is no index is the page of something that knows no referrers; the tag then shows, or is refused as well. */
function hasNoApi({ status, headers }: WholeResponse): boolean {
  return NO_API.has(status) || (status === 200 && essence(headers.get('content-type') ?? undefined) !== OCI_INDEX);
}

async function byTag(
  client: RegistryApi & ImageSource,
  repository: Repository,
  digest: string,
  limits: RegistryLimits,
): Promise<Result<Referrers, RegistryError>> {
  const tag = referrersTag(digest);
  const resolved = await client.resolveTag(repository, tag);
  if (!resolved.ok)
    return resolved.error.code === 'not-found'
      ? ok({ via: 'referrers-tag', descriptors: [], unreadable: [] })
      : resolved;
  const list = await client.manifest(repository, resolved.value.digest);
  if (!list.ok) return list;
  const entries = entriesOf(list.value.manifest);
  if (entries.descriptors.length <= limits.referrers) return ok({ via: 'referrers-tag', ...entries });
  const name = client.nameOf('GET', { repository, path: `manifests/${tag}` });
  return err(tooMany(name, repository, digest, limits));
}

/** What an index lists; a manifest in its place lists nothing. */
function entriesOf(manifest: Manifest): Omit<Referrers, 'via'> {
  if (manifest.kind === 'manifest') return { descriptors: [], unreadable: [] };
  const unreadable = (manifest.unreadable ?? []).map(({ reason }) => reason);
  return { descriptors: manifest.manifests, unreadable };
}

function tooMany(name: RequestName, repository: Repository, digest: string, { referrers }: RegistryLimits) {
  const image = `${repository.registry}/${repository.repository}@${digest}`;
  return limitError(name, 'referrers', referrers, `${image} has more than ${plural(referrers, 'referrer')}`);
}
