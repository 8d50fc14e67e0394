import { createHash } from 'node:crypto';
import { fetch } from 'undici';
import { z } from 'zod';
import { type Environment, ProxiedAgent } from '../http/proxy.js';

/** The cache service of GitHub Actions, as far as one file is kept in it. Callers handle what it throws. */
export interface ActionsCacheService {
  /** The newest entry whose key starts with `prefix`, of at most `maxBytes`. */
  restore(prefix: string, maxBytes: number): Promise<{ readonly key: string; readonly bytes: Uint8Array } | undefined>;
  /** Keeps `bytes` under a key, which can't be written twice. */
  save(key: string, bytes: Uint8Array): Promise<void>;
}

const SERVICE = 'twirp/github.actions.results.api.v1.CacheService';
/** Entries of another format are not seen. */
const VERSION = createHash('sha256').update('base-image-gate registry content, pack 1').digest('hex');
/** A cache slower than this saves no time. */
const RESTORE_MILLISECONDS = 10_000;
const SAVE_MILLISECONDS = 10_000;
const MAX_RESPONSE_BYTES = 64 * 1024;

// Protobuf's JSON may spell a field either way. https://protobuf.dev/programming-guides/json/
const found = z.union([
  z.object({ ok: z.literal(true), signed_download_url: z.url(), matched_key: z.string() }),
  z
    .object({ ok: z.literal(true), signedDownloadUrl: z.url(), matchedKey: z.string() })
    .transform(({ signedDownloadUrl, matchedKey }) => ({
      signed_download_url: signedDownloadUrl,
      matched_key: matchedKey,
    })),
]);
const reserved = z.union([
  z.object({ ok: z.literal(true), signed_upload_url: z.url() }),
  z
    .object({ ok: z.literal(true), signedUploadUrl: z.url() })
    .transform(({ signedUploadUrl }) => ({ signed_upload_url: signedUploadUrl })),
]);

/**
 * The service of this runner; undefined where it has none of this kind, as GitHub Enterprise Server. `@actions/cache`
 * speaks to the same service, and unpacks what it gets with `tar -P`: anyone who can write to the cache, such as a workflow
 * that a pull request edits, then writes any file of the runner. So an entry is only fetched here, as bytes.
 *
 * @see https://github.com/actions/toolkit/blob/main/packages/cache/src/generated/results/api/v1/cache.ts
 */
export function actionsCacheService(environment: Environment): ActionsCacheService | undefined {
  const url = environment['ACTIONS_RESULTS_URL'];
  const token = environment['ACTIONS_RUNTIME_TOKEN'];
  if (!url || !token || !environment['ACTIONS_CACHE_SERVICE_V2']) return undefined;
  // A run whose trigger is not trusted may be given less. Unknown words allow both, as in @actions/cache.
  const mode = environment['ACTIONS_CACHE_MODE']?.trim().toLowerCase() ?? '';
  const mayRead = mode !== 'none' && mode !== 'write-only';
  const mayWrite = mode !== 'none' && mode !== 'read';
  const dispatcher = new ProxiedAgent(environment);

  const call = async (method: string, body: object, signal: AbortSignal): Promise<unknown> => {
    const response = await fetch(new URL(`/${SERVICE}/${method}`, url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, version: VERSION }),
      redirect: 'error',
      dispatcher,
      signal,
    });
    const text = new TextDecoder().decode(await bytesOf(response, MAX_RESPONSE_BYTES));
    if (!response.ok) throw new ActionsCacheError(`the service returned ${response.status} for ${method}`);
    return JSON.parse(text);
  };

  return {
    async restore(prefix, maxBytes) {
      if (!mayRead) return undefined;
      const signal = AbortSignal.timeout(RESTORE_MILLISECONDS);
      // The key itself is never one that is kept: the newest entry of the prefix is looked for.
      const request = { key: `${prefix}none`, restore_keys: [prefix] };
      const entry = found.safeParse(await call('GetCacheEntryDownloadURL', request, signal));
      if (!entry.success) return undefined;
      const response = await fetch(entry.data.signed_download_url, { redirect: 'error', dispatcher, signal });
      if (!response.ok) throw new ActionsCacheError(`the storage returned ${response.status}`);
      return { key: entry.data.matched_key, bytes: await bytesOf(response, maxBytes) };
    },
    async save(key, bytes) {
      if (!mayWrite) return;
      const signal = AbortSignal.timeout(SAVE_MILLISECONDS);
      const entry = reserved.safeParse(await call('CreateCacheEntry', { key }, signal));
      // Another job is keeping the same, or this one may not.
      if (!entry.success) return;
      // https://learn.microsoft.com/en-us/rest/api/storageservices/put-blob
      const response = await fetch(entry.data.signed_upload_url, {
        method: 'PUT',
        headers: { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/octet-stream' },
        body: bytes,
        redirect: 'error',
        dispatcher,
        signal,
      });
      if (!response.ok) throw new ActionsCacheError(`the storage returned ${response.status}`);
      await call('FinalizeCacheEntryUpload', { key, size_bytes: String(bytes.length) }, signal);
    },
  };
}

class ActionsCacheError extends Error {
  readonly code = 'actions-cache';
}

async function bytesOf(
  response: { readonly body: AsyncIterable<Uint8Array> | null },
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new ActionsCacheError(`an entry has more than ${maxBytes} bytes (actions-cache-bytes)`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
