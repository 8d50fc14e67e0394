import { z } from 'zod';
import { err, ok, type Result } from '../lib/result.js';
import { parseStrictJson } from '../lib/strict-json.js';
import { requestText } from './http/http-failure.js';
import { nextPage } from './http/pages.js';
import type { RegistryApi } from './http/request.js';
import type { RegistryError, Repository } from './image-source.js';
import type { RegistryLimits } from './limits.js';
import { malformed } from './manifest/document-fault.js';
import { documentError } from './registry-error.js';

const page = z.object({ tags: z.array(z.string()).nullable() });
const PAGE_SIZE = 1000;

/** Every tag of a repository. @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags */
export async function fetchTags(
  api: RegistryApi,
  repository: Repository,
  limits: RegistryLimits,
): Promise<Result<readonly string[], RegistryError>> {
  const tags: string[] = [];
  const visited = new Set<string>();
  const first = { repository, path: `tags/list?n=${PAGE_SIZE}`, accept: 'application/json' };
  for (let ask: typeof first & { readonly url?: URL } = first; ; ) {
    const name = api.nameOf('GET', ask);
    visited.add(name.url.href);
    const answer = await api.whole('GET', ask, 'manifest-bytes');
    if (!answer.ok) return answer;
    const json = parseStrictJson(answer.value.bytes);
    const parsed = page.safeParse(json.ok ? json.value : undefined);
    if (!parsed.success) {
      const origin = { registry: repository.registry, request: requestText(name), what: 'The list of tags' };
      return err(documentError(malformed(json.ok ? 'it holds no list of tags' : json.error), origin));
    }
    tags.push(...(parsed.data.tags ?? []));
    const next = nextPage(answer.value.headers, name, visited, 'tag-pages', limits);
    if (!next.ok) return next;
    if (next.value === undefined) return ok(tags);
    ask = { ...first, url: next.value };
  }
}
