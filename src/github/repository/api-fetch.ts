import { Headers, type RequestInit, Response, fetch as undiciFetch } from 'undici';
import { plural } from '../../lib/text.js';
import { ProxiedAgent } from '../../registry/http/proxy.js';
import { NOT_THE_API, PROXY_LOGIN, RESPONSE_LIMIT } from './github-error.js';

/** Named limits of one exchange with GitHub's API. */
export interface ApiLimits {
  readonly requestMilliseconds: number;
  /** A recursive tree ends at 7 MB; a blob as base64 may have more. */
  readonly responseBytes: number;
  /** How often a read is repeated when a gateway fails or a connection breaks. */
  readonly retries: number;
  readonly retryMilliseconds: number;
}

const API_LIMITS: ApiLimits = {
  requestMilliseconds: 30_000,
  responseBytes: 48 * 1024 * 1024,
  retries: 2,
  retryMilliseconds: 1_000,
};

interface Remembered {
  readonly etag: string;
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

/** What is kept for conditional requests: enough for comments and refs, not for trees; all of them together. */
const MAX_REMEMBERED_BYTES = 1024 * 1024;
const MAX_REMEMBERED_TOTAL = 16 * 1024 * 1024;
const GATEWAY_ERRORS = new Set([500, 502, 503, 504]);

export type ApiFetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * A `fetch` for Octokit. It goes through HTTPS_PROXY and NO_PROXY (Octokit's own does not), reads repeated addresses
 * conditionally (a 304 costs nothing of the rate limit), repeats reads when a gateway fails, and ends every answer
 * that runs over its limits. It fails as `fetch` does: with a TypeError.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
 */
export function makeApiFetch(limits: ApiLimits = API_LIMITS): ApiFetch {
  const dispatcher = new ProxiedAgent(process.env);
  const remembered = new Map<string, Remembered>();
  let rememberedBytes = 0;
  const remember = (key: string, kept: Remembered): void => {
    rememberedBytes += kept.body.byteLength - (remembered.get(key)?.body.byteLength ?? 0);
    remembered.delete(key);
    remembered.set(key, kept);
    for (const [oldest, { body }] of remembered) {
      if (rememberedBytes <= MAX_REMEMBERED_TOTAL) return;
      remembered.delete(oldest);
      rememberedBytes -= body.byteLength;
    }
  };

  const once = async (url: string, init: RequestInit, headers: Headers): Promise<Response> => {
    const timeout = AbortSignal.timeout(limits.requestMilliseconds);
    const answer = await request(url, {
      method: init.method ?? 'GET',
      headers: [...headers.entries()],
      ...(typeof init.body === 'string' ? { body: init.body } : {}),
      redirect: init.redirect ?? 'follow',
      signal: init.signal ? AbortSignal.any([timeout, init.signal]) : timeout,
      dispatcher,
    });
    refusePage(answer.status, answer.headers.get('content-type'));
    const body = answer.body === null ? null : await readLimited(answer.body, limits.responseBytes);
    const read = { status: answer.status, headers: [...answer.headers.entries()] };
    return from(answer.url, new Response(hasNoBody(answer.status) ? null : body, read));
  };

  return async (url, init) => {
    const headers = new Headers(init.headers);
    const isRead = (init.method ?? 'GET') === 'GET';
    const key = `${headers.get('accept') ?? ''} ${url}`;
    const known = isRead ? remembered.get(key) : undefined;
    if (known !== undefined) headers.set('if-none-match', known.etag);
    const answer = await withRetries(limits, isRead || isQuery(url), () => once(url, init, headers));
    if (answer.status === 304 && known !== undefined) {
      const headers = known.headers.map(([name, value]): [string, string] => [name, value]);
      return from(url, new Response(known.body.slice(), { status: known.status, headers }));
    }
    const etag = answer.headers.get('etag');
    if (!isRead || etag === null || answer.status !== 200) return answer;
    const body = new Uint8Array(await answer.arrayBuffer());
    const kept: Remembered = { etag, status: 200, headers: [...answer.headers.entries()], body };
    if (body.byteLength <= MAX_REMEMBERED_BYTES) remember(key, kept);
    return from(answer.url, new Response(body.slice(), { status: 200, headers: answer.headers }));
  };
}

/** A response that says where it came from, as `fetch` leaves it: Octokit goes by it when it pages through an object. */
function from(url: string, response: Response): Response {
  return Object.defineProperty(response, 'url', { value: url });
}

/** GraphQL is spoken by POST alone, and we only ask by it (src/github/repository/viewer.ts). */
function isQuery(url: string): boolean {
  return new URL(url).pathname.endsWith('/graphql');
}

async function withRetries(limits: ApiLimits, isRead: boolean, exchange: () => Promise<Response>): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    const last = !isRead || attempt >= limits.retries;
    try {
      const answer = await exchange();
      if (last || !GATEWAY_ERRORS.has(answer.status)) return answer;
    } catch (error) {
      if (last || error instanceof Unrepeatable) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, limits.retryMilliseconds * 2 ** attempt));
  }
}

/** What would be the same another time. Octokit passes the message of a TypeError on. */
class Unrepeatable extends TypeError {
  constructor(message: string) {
    super(message);
    this.name = 'TypeError';
  }
}

/** As `fetch`; a proxy that asks for a login fails without words in it. */
async function request(...parameters: Parameters<typeof undiciFetch>): ReturnType<typeof undiciFetch> {
  try {
    return await undiciFetch(...parameters);
  } catch (error) {
    throw isLoginRequired(error) ? new Unrepeatable(PROXY_LOGIN) : error;
  }
}

/**
 * Whether a proxy answered 407, to CONNECT or in the place of the server. For the second `fetch` fails with an error of no
 * message, as the standard requires.
 *
 * @see https://fetch.spec.whatwg.org/#http-network-or-cache-fetch step 15
 */
function isLoginRequired(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if (/\(407\)/.test(at.message) || (depth === 1 && at.message === '' && at.cause === undefined)) return true;
  }
  return false;
}

/** Refuses a page for people in the place of an answer. GitHub's own failures are pages too, and say so by their status. */
function refusePage(status: number, contentType: string | null): void {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (status < 500 && /^(?:text\/html|application\/xhtml\+xml)$/.test(type))
    throw new Unrepeatable(`${NOT_THE_API} ${type}`);
}

async function readLimited(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxBytes)
      throw new Unrepeatable(`the answer has more than ${plural(maxBytes, 'byte')} (limit ${RESPONSE_LIMIT})`);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/** @see https://fetch.spec.whatwg.org/#null-body-status */
function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
