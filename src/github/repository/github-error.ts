import { optionalField } from '../../lib/collections.js';
import type { Failure } from '../../lib/failure.js';
import { err, ok, type Result } from '../../lib/result.js';

export type GitHubErrorCode =
  | 'no-permission'
  | 'unauthorized'
  | 'not-found'
  | 'rate-limited'
  | 'rejected'
  | 'server-error'
  | 'network'
  | 'timeout'
  | 'limit'
  | 'unexpected-answer';

/** A failed request to GitHub, described so that a person can fix it. */
export interface GitHubError extends Failure<GitHubErrorCode> {
  /** What was being done: `post the comment`. */
  readonly doing: string;
  readonly status?: number;
  /** Of `no-permission`: which one the token lacks. */
  readonly permission?: Permission;
}

/** The name of the limit on an answer's length, by which its error is known among those of the network. */
export const RESPONSE_LIMIT = 'github-response-bytes';

/** By which the errors of a page in the place of an answer, and of a proxy's 407, are known among those of the network. */
export const NOT_THE_API = 'not-the-api';
export const PROXY_LOGIN = 'proxy-login';

/** A permission of GITHUB_TOKEN, as a workflow's `permissions:` spells it. */
export type Permission =
  | 'contents: read'
  | 'pull-requests: read'
  | 'pull-requests: write'
  | 'issues: write'
  | 'security-events: write'
  | 'actions: read'
  | 'attestations: read';

/** What a request is for, and what its token must be allowed. */
export interface Purpose {
  readonly doing: string;
  readonly permission: Permission;
}

/** The parts of Octokit's RequestError we go by; checked, since a proxy's responses end up here too. */
interface FailedRequest {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Does something with GitHub, and turns what it throws into an error that a caller can handle. */
export async function attempt<T>(purpose: Purpose, work: () => Promise<T>): Promise<Result<T, GitHubError>> {
  try {
    return ok(await work());
  } catch (error) {
    return err(explain(purpose, error));
  }
}

/** Says what an exception of the client means. @see https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api */
export function explain(purpose: Purpose, error: unknown): GitHubError {
  const doing = purpose.doing;
  const failed = readFailure(error);
  if (failed === null) {
    const text = error instanceof Error ? error.message : String(error);
    return {
      code: 'unexpected-answer',
      doing,
      message: `Could not ${doing}: the response does not match GitHub's API documentation (${oneLine(text)}).`,
      fix: "Check that GITHUB_API_URL is the API's URL, and run the job again. If this persists, report a bug.",
    };
  }
  const { status, message, headers } = failed;
  const quoted = oneLine(message);
  if (status === 403 || status === 429) {
    if (isRateLimit(status, message, headers)) {
      return {
        code: 'rate-limited',
        doing,
        status,
        message: `Could not ${doing}: GitHub's rate limit was reached and does not reset within this run's time.`,
        fix: 'Run the job again later, or give the Action its own token.',
      };
    }
    if (/not accessible by|must have|required permission|write access/i.test(message)) {
      return missingPermission(purpose, status);
    }
    return {
      code: 'rejected',
      doing,
      status,
      message: `Could not ${doing}: GitHub returned ${status}, "${quoted}".`,
      fix: refusalFix(message, headers),
    };
  }
  if (status === 401) {
    return {
      code: 'unauthorized',
      doing,
      status,
      message: `Could not ${doing}: GitHub does not accept the token (401).`,
      fix: "Check the input `token`: it may be expired, revoked, or empty because the run has no access to the secret. Without the input, the workflow's own token is used.",
    };
  }
  if (status === 404) {
    return {
      code: 'not-found',
      doing,
      status,
      message: `Could not ${doing}: GitHub returned 404, which may also mean that the token lacks access.`,
      fix: `Check that it exists, and that the token has \`${purpose.permission}\`.`,
    };
  }
  if (status === 0) return unreachable(doing, message);
  if (status >= 500) {
    return {
      code: 'server-error',
      doing,
      status,
      message: `Could not ${doing}: GitHub returned ${status}, an error on GitHub's side.`,
      fix: "Run the job again; if GitHub's status page shows an incident, wait until it is over.",
    };
  }
  return {
    code: 'rejected',
    doing,
    status,
    message: `Could not ${doing}: GitHub returned ${status}, "${quoted}".`,
    fix: 'If the message does not say what to do, report a bug.',
  };
}

/** For a token that lacks a permission. `groupMissingPermissions` says which lines a job needs in all. */
export function missingPermission({ doing, permission }: Purpose, status?: number): GitHubError {
  return {
    code: 'no-permission',
    doing,
    permission,
    ...optionalField('status', status),
    message: `Could not ${doing}: the token lacks \`${permission}\`.`,
    fix: `Give the job \`${permission}\` under \`permissions\` in the workflow.`,
  };
}

/** What to do about a refusal that concerns the account, not the permissions of the token. */
function refusalFix(message: string, headers: FailedRequest['headers']): string {
  if (headers['x-github-sso'] !== undefined || /\bSAML\b|single sign-on/i.test(message))
    return "Authorize the token for the organization's single sign-on, or leave the input `token` out: the workflow's own token needs none.";
  if (/\bIP (?:allow list|address)\b/i.test(message))
    return 'Use a runner whose IP address the organization allows, or have its address added.';
  return 'Follow the message from GitHub, or turn this output off.';
}

function unreachable(doing: string, message: string): GitHubError {
  if (message.startsWith(NOT_THE_API)) {
    return {
      code: 'unexpected-answer',
      doing,
      message: `Could not ${doing}: GITHUB_API_URL answered with ${oneLine(message.slice(NOT_THE_API.length))}, not JSON, so a proxy or a login page answered instead.`,
      fix: "Check GITHUB_API_URL and the runner's network, HTTPS_PROXY and NO_PROXY.",
    };
  }
  if (message === PROXY_LOGIN) {
    return {
      code: 'network',
      doing,
      message: `Could not ${doing}: the proxy requires authentication (407).`,
      fix: "Add credentials to HTTPS_PROXY (http://USER:PASSWORD@HOST:PORT), or list GitHub's API in NO_PROXY.",
    };
  }
  if (message.includes(RESPONSE_LIMIT)) {
    return {
      code: 'limit',
      doing,
      message: `Could not ${doing}: ${oneLine(message)}.`,
      fix: 'Report a bug: the response is larger than any known response of GitHub.',
    };
  }
  const timedOut = /time/i.test(message);
  return {
    code: timedOut ? 'timeout' : 'network',
    doing,
    message: `Could not ${doing}: GitHub's API ${timedOut ? 'did not respond in time' : `could not be reached (${oneLine(message)})`}.`,
    fix: "Check the runner's network, HTTPS_PROXY and NO_PROXY, and run the job again.",
  };
}

function isRateLimit(status: number, message: string, headers: Readonly<Record<string, unknown>>): boolean {
  return (
    status === 429 ||
    headers['x-ratelimit-remaining'] === '0' ||
    headers['retry-after'] !== undefined ||
    /rate limit/i.test(message)
  );
}

function readFailure(error: unknown): FailedRequest | null {
  if (!(error instanceof Error)) return null;
  const status = 'status' in error && typeof error.status === 'number' ? error.status : null;
  if (status === null) return null;
  const response = 'response' in error ? error.response : undefined;
  if (response === undefined) return { status: 0, message: error.message, headers: {} };
  const headers =
    typeof response === 'object' && response !== null && 'headers' in response ? response.headers : undefined;
  return {
    status,
    message: error.message,
    headers: typeof headers === 'object' && headers !== null ? { ...headers } : {},
  };
}

const MAX_QUOTED = 300;

/** The text of a server, fit to be quoted in one line of a log. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the point.
  const flat = text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  return flat.length > MAX_QUOTED ? `${flat.slice(0, MAX_QUOTED)}…` : flat;
}
