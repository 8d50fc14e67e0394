import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { optionalField } from '../../lib/collections.js';
import { version } from '../../lib/version.js';
import { type ApiFetch, makeApiFetch } from './api-fetch.js';

/** Octokit with our fetch, our limits and nothing printed. */
export type GitHubClient = Octokit;

export interface ClientOptions {
  /** Absent: only public content can be read. */
  readonly token?: string;
  /** `https://api.github.com`, or `https://HOST/api/v3` on GitHub Enterprise Server. */
  readonly apiUrl: string;
  /** Waiting for a rate limit never goes beyond this. */
  readonly remainingMilliseconds: () => number;
  readonly onWaiting?: (sentence: string) => void;
  readonly fetch?: ApiFetch;
  /** False for a server without GitHub's limits: a write then does not wait a second for the one before. */
  readonly paced?: boolean;
}

const MAX_RETRIES = 3;
const ThrottledOctokit = Octokit.plugin(throttling);

/**
 * The only client for GitHub's API. It spaces writes, waits for primary and secondary rate limits as long as the
 * run's time allows, and then fails with GitHub's own 403 or 429.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function createClient(options: ClientOptions): GitHubClient {
  const mayWait = (retryAfterSeconds: number, retryCount: number): boolean => {
    const fits = retryCount < MAX_RETRIES && retryAfterSeconds * 1_000 < options.remainingMilliseconds();
    if (fits) options.onWaiting?.(`Waiting ${retryAfterSeconds} s for GitHub's rate limit.`);
    return fits;
  };
  return new ThrottledOctokit({
    ...optionalField('auth', options.token),
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    userAgent: `base-image-gate/${version}`,
    request: { fetch: options.fetch ?? makeApiFetch() },
    // Octokit warns about deprecations and failed requests on the console; what matters is reported by the caller.
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    throttle: {
      enabled: options.paced ?? true,
      onRateLimit: (retryAfter, _request, _octokit, retryCount) => mayWait(retryAfter, retryCount),
      onSecondaryRateLimit: (retryAfter, _request, _octokit, retryCount) => mayWait(retryAfter, retryCount),
    },
  });
}

function ignore(): void {}
