import type { ApiFetch } from '../github/repository/api-fetch.js';

/**
 * GitHub allows 900 points a minute for REST, where reading costs one; a few stay for others who use the same token.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
const REQUESTS_PER_MINUTE = 800;
/** A primary limit is for an hour; whatever a server says, no wait is longer. */
const LONGEST_HOLD_MS = 61 * 60_000;
/** Waits that are worth a sentence. */
const SAID_FROM_MS = 5_000;

/** A `fetch` that keeps to GitHub's rate limits, and counts. */
export interface PacedFetch {
  readonly fetch: ApiFetch;
  /** How many requests were sent. */
  readonly sent: () => number;
  /** The scopes of a classic token, as GitHub says them; undefined for others. */
  readonly scopes: () => string | undefined;
}

export interface Pace {
  readonly perMinute?: number;
  readonly onWaiting?: (sentence: string) => void;
}

/**
 * Spaces requests where the server limits their rate: github.com says so in each response, and a GitHub Enterprise
 * Server without limits does not. While the server asks to wait, no request at all is sent: one that it refused is sent
 * again by the client, and those beside it would only prolong the wait.
 */
export function pacedFetch(fetch: ApiFetch, { perMinute = REQUESTS_PER_MINUTE, onWaiting }: Pace = {}): PacedFetch {
  const spacing = 60_000 / perMinute;
  let isLimited = false;
  let next = 0;
  let sent = 0;
  let scopes: string | undefined;
  /** REST and GraphQL have primary limits of their own, and share the secondary ones. */
  const heldUntil = { rest: 0, graphql: 0 };

  const turn = async (kind: Kind): Promise<void> => {
    for (let now = Date.now(); ; now = Date.now()) {
      const held = heldUntil[kind];
      if (held <= now) break;
      await wait(held - now);
    }
    if (!isLimited) return;
    const now = Date.now();
    const at = Math.max(now, next);
    next = at + spacing;
    if (at > now) await wait(at - now);
    if (heldUntil[kind] > Date.now()) await turn(kind);
  };
  const hold = (kinds: readonly Kind[], milliseconds: number): void => {
    const until = Date.now() + Math.min(Math.max(milliseconds, 0), LONGEST_HOLD_MS);
    const isNew = kinds.some((kind) => heldUntil[kind] < until);
    for (const kind of kinds) heldUntil[kind] = Math.max(heldUntil[kind], until);
    if (isNew && milliseconds >= SAID_FROM_MS)
      onWaiting?.(`Waiting ${Math.ceil((until - Date.now()) / 1000)} s for GitHub's rate limit.`);
  };

  return {
    sent: () => sent,
    scopes: () => scopes,
    fetch: async (url, init) => {
      const kind: Kind = new URL(url).pathname.endsWith('/graphql') ? 'graphql' : 'rest';
      await turn(kind);
      sent += 1;
      const answer = await fetch(url, init);
      const { headers, status } = answer;
      isLimited ||= headers.has('x-ratelimit-limit');
      scopes ??= headers.get('x-oauth-scopes') ?? undefined;
      const after = Number(headers.get('retry-after') ?? Number.NaN);
      if ((status === 403 || status === 429) && after > 0) hold(['rest', 'graphql'], after * 1000);
      const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
      if (headers.get('x-ratelimit-remaining') === '0' && reset > 0) hold([kind], reset * 1000 - Date.now());
      return answer;
    },
  };
}

type Kind = 'rest' | 'graphql';

async function wait(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
