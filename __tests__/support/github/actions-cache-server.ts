import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Entry {
  readonly key: string;
  readonly version: string;
  bytes: Buffer;
  complete: boolean;
}

/** A loopback cache service of GitHub Actions, and the storage that its signed addresses point to. */
export interface ActionsCacheServer {
  /** What a runner sets for the steps of a job. */
  readonly environment: Readonly<Record<string, string>>;
  readonly keys: readonly string[];
  /** What was asked of it that the service would refuse. */
  readonly violations: readonly string[];
  /** Puts these bytes in the place of everything that is kept; whoever asks next gets them. */
  poison(bytes: Uint8Array): void;
  close(): Promise<void>;
}

const TOKEN = 'runtime-token';
const SERVICE = '/twirp/github.actions.results.api.v1.CacheService/';

/**
 * Starts one that knows what `@actions/cache` asks: look up by key and prefix, reserve, upload, finish.
 *
 * @see https://github.com/actions/toolkit/tree/main/packages/cache/src/generated/results/api/v1
 */
export async function startActionsCache(): Promise<ActionsCacheServer> {
  const entries: Entry[] = [];
  const violations: string[] = [];
  let url = '';

  const METHODS: Readonly<Record<string, (body: Record<string, unknown>) => object>> = {
    GetCacheEntryDownloadURL: ({ key, restore_keys: prefixes, version }) => {
      const wanted = [String(key), ...(Array.isArray(prefixes) ? prefixes.map(String) : [])];
      const found = entries.findLastIndex(
        (entry) => entry.complete && entry.version === version && wanted.some((prefix) => entry.key.startsWith(prefix)),
      );
      if (found < 0) return { ok: false };
      return { ok: true, signed_download_url: `${url}/blob/${found}?sig=x`, matched_key: entries[found]?.key };
    },
    CreateCacheEntry: ({ key, version }) => {
      if (entries.some((entry) => entry.key === key && entry.version === version)) return { ok: false };
      entries.push({ key: String(key), version: String(version), bytes: Buffer.alloc(0), complete: false });
      return { ok: true, signed_upload_url: `${url}/blob/${entries.length - 1}?sig=x` };
    },
    FinalizeCacheEntryUpload: ({ key, version, size_bytes: size }) => {
      const entry = entries.find((known) => known.key === key && known.version === version);
      if (entry === undefined || String(entry.bytes.length) !== size) return { ok: false };
      entry.complete = true;
      return { ok: true, entry_id: '1' };
    },
  };

  const http = createServer((request, response) => {
    void (async () => {
      const body = await readBody(request);
      const path = request.url ?? '';
      const blob = entries[Number(/^\/blob\/([0-9]+)\?sig=x$/.exec(path)?.[1])];
      if (blob !== undefined) {
        // The storage belongs to somebody else: the job's token must not go there.
        if (request.headers.authorization !== undefined) violations.push('a token was sent to the storage');
        if (request.method !== 'PUT') return response.end(blob.bytes);
        if (request.headers['x-ms-blob-type'] !== 'BlockBlob') violations.push('an upload of no blob type');
        blob.bytes = body;
        return response.writeHead(201).end();
      }
      const method = path.startsWith(SERVICE) ? METHODS[path.slice(SERVICE.length)] : undefined;
      if (method === undefined || request.headers.authorization !== `Bearer ${TOKEN}`) {
        violations.push(`${request.method} ${path}`);
        return response.writeHead(401).end('{}');
      }
      return response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify(method(JSON.parse(String(body)))));
    })();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  // A server that listens on a TCP port has an address with that port.
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    environment: {
      ACTIONS_RESULTS_URL: `${url}/`,
      ACTIONS_RUNTIME_TOKEN: TOKEN,
      ACTIONS_CACHE_SERVICE_V2: 'true',
      GITHUB_SERVER_URL: 'https://github.com',
    },
    get keys() {
      return entries.filter(({ complete }) => complete).map(({ key }) => key);
    },
    violations,
    poison: (bytes) => {
      for (const entry of entries) entry.bytes = Buffer.from(bytes);
    },
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
