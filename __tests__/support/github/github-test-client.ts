import { Octokit } from '@octokit/rest';
import { type ApiLimits, makeApiFetch } from '../../../src/github/repository/api-fetch.js';
import type { GitHubClient } from '../../../src/github/repository/client.js';

export const QUICK_LIMITS: ApiLimits = {
  requestMilliseconds: 10_000,
  responseBytes: 8 * 1024 * 1024,
  retries: 2,
  retryMilliseconds: 1,
};

/** The Action's client without the second that it leaves between writes. */
export function testClient(apiUrl: string, token: string): GitHubClient {
  const ignore = (): void => {};
  return new Octokit({
    auth: token,
    baseUrl: apiUrl,
    request: { fetch: makeApiFetch(QUICK_LIMITS) },
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  });
}
