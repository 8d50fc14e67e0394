import type { ApiFetch } from '../github/repository/api-fetch.js';

/**
 * GitHub allows 900 points a minute for REST, where reading costs one; a few stay for others who use the same token.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
const REQUESTS_PER_MINUTE = 800;

/** A `fetch` that keeps to GitHub's secondary limits, and counts. */
export interface PacedFetch {
  readonly fetch: ApiFetch;
  /** How many requests were sent. */
  readonly sent: () => number;
  /** The scopes of a classic token, as GitHub says them; undefined for others. */
  readonly scopes: () => string | undefined;
}

/**
 * Spaces requests where the server limits their rate: github.com says so in each response, and a GitHub Enterprise
 * Server without limits does not.
 */
export function pacedFetch(fetch: ApiFetch, perMinute: number = REQUESTS_PER_MINUTE): PacedFetch {
  const spacing = 60_000 / perMinute;
  let isLimited = false;
  let next = 0;
  let sent = 0;
  let scopes: string | undefined;
  return {
    sent: () => sent,
    scopes: () => scopes,
    fetch: async (url, init) => {
      if (isLimited) {
        const now = Date.now();
        const at = Math.max(now, next);
        next = at + spacing;
        if (at > now) await new Promise((resolve) => setTimeout(resolve, at - now));
      }
      sent += 1;
      const answer = await fetch(url, init);
      isLimited ||= answer.headers.has('x-ratelimit-limit');
      scopes ??= answer.headers.get('x-oauth-scopes') ?? undefined;
      return answer;
    },
  };
}
