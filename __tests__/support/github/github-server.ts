import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, PERMISSIONS, STORE } from './github-answers.js';
import { type CheckedRequest, GitHubContract } from './github-contract.js';
import type { GitHubState, TokenKind } from './github-state.js';

/** The requests that are not REST, so that GitHub's API description says nothing of them: they are known word for word. */
const VIEWER = 'query { viewer { login } }';
const PROTECTION =
  'query($owner: String!, $repo: String!, $ref: String!) { repository(owner: $owner, name: $repo) { ref(qualifiedName: $ref) { refUpdateRule { requiredApprovingReviewCount requiresCodeOwnerReviews blocksCreations pattern } } } }';

/** A failure to be played once, at the next request of an operation. */
export interface Fault {
  readonly operation: string;
  readonly status: number;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What somebody else does just before. */
  readonly meanwhile?: () => void;
}

export interface RecordedRequest {
  readonly operation: string;
  readonly status: number;
  /** Path and query. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A GitHub on the loopback interface: strict about requests, permissions and limits as GitHub is. */
export interface GitHubServer {
  readonly apiUrl: string;
  readonly requests: readonly RecordedRequest[];
  /** Requests that GitHub's API description does not allow. */
  readonly violations: readonly string[];
  readonly faults: Fault[];
  /** Called after a write was done and before it is answered, as another job's write would come in between. */
  onWritten: ((request: CheckedRequest) => void) | null;
  operations(): readonly string[];
  close(): Promise<void>;
}

/** Starts a GitHub for one repository (and those beside it). `prefix` is `/api/v3` on GitHub Enterprise Server. */
export async function startGitHub(state: GitHubState, prefix = ''): Promise<GitHubServer> {
  const contract = sharedContract();
  const requests: RecordedRequest[] = [];
  const violations: string[] = [];
  const faults: Fault[] = [];

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const target = request.url ?? '/';
    const method = request.method ?? 'GET';
    const token = state.tokens.get(/^(?:token|bearer) (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '');
    const reply = (operation: string, status: number, data: unknown, headers: Record<string, string> = {}): void => {
      const sent = send(request, response, status, data, headers);
      const { authorization } = request.headers;
      requests.push({ operation, status: sent, path: target, authorization, body: parse(body) });
    };
    if (target.startsWith(STORE)) {
      // A store of another origin has no business with the token.
      if (request.headers.authorization !== undefined) violations.push('the token was sent to the store');
      const kept = state.artifacts.find(({ id }) => target === `${STORE}${id}`);
      response.writeHead(kept === undefined ? 404 : 200, { 'content-type': 'application/zip' }).end(kept?.archive);
      return;
    }
    if (token === undefined) return reply('unknown', 401, { message: 'Bad credentials' });
    if (method === 'POST' && target === (prefix === '' ? '/graphql' : '/api/graphql')) {
      if (faultOf('graphql', reply)) return;
      const { query, variables } = parse(body);
      if (query === PROTECTION) {
        const { ref = '' } = Object(variables);
        return reply('graphql', 200, {
          data: { repository: { ref: { refUpdateRule: state.updateRule(String(ref)) } } },
        });
      }
      if (query !== VIEWER) {
        violations.push(`${body} is no query that we use`);
        return reply('graphql', 200, { errors: [{ message: 'Parse error' }] });
      }
      return reply('graphql', 200, { data: { viewer: { login: token.login } } });
    }
    const checked = target.startsWith(prefix)
      ? contract.check({ method, target: target.slice(prefix.length), body })
      : null;
    if (checked === null) {
      violations.push(`${method} ${target} is no operation of GitHub's API that we use`);
      return reply('unknown', 404, { message: 'Not Found' });
    }
    if (checked.violations.length > 0) {
      violations.push(...checked.violations);
      return reply(checked.operation, 422, { message: 'Invalid request' });
    }
    if (faultOf(checked.operation, reply)) return;
    if (!mayDo(checked, token)) {
      return reply(checked.operation, 403, { message: 'Resource not accessible by integration' });
    }
    const { owner = '', repo = '' } = checked.path;
    // GitHub does not say that there is something which a token may not see.
    const hidden = token.only?.includes(`${owner}/${repo}`) === false;
    if (hidden) return reply(checked.operation, 404, { message: 'Not Found' });
    const { status, data, headers = {} } = answer(checked, state, token);
    const { location } = headers;
    if (location !== undefined) {
      const elsewhere = new URL(location, server.apiUrl.replace('127.0.0.1', 'localhost')).href;
      return reply(checked.operation, status, data, { location: elsewhere });
    }
    if (method !== 'GET') server.onWritten?.(checked);
    const paged = Array.isArray(data)
      ? pageOf(data, checked.query, `${server.apiUrl}${target.slice(prefix.length)}`)
      : null;
    return reply(checked.operation, status, paged?.items ?? data, paged?.headers ?? {});
  };

  const faultOf = (
    operation: string,
    reply: (operation: string, status: number, data: unknown, headers?: Record<string, string>) => void,
  ): boolean => {
    const index = faults.findIndex((fault) => fault.operation === operation);
    const [fault] = index < 0 ? [] : faults.splice(index, 1);
    if (fault === undefined) return false;
    fault.meanwhile?.();
    reply(operation, fault.status, { message: fault.message ?? 'A failure' }, { ...fault.headers });
    return true;
  };

  const http = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      violations.push(`the loopback GitHub failed: ${String(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  // A server that listens on a TCP port has an address with that port.
  const { port } = http.address() as AddressInfo;
  const server: GitHubServer = {
    apiUrl: `http://127.0.0.1:${port}${prefix}`,
    requests,
    violations,
    faults,
    onWritten: null,
    operations: () => requests.map(({ operation }) => operation),
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}

// Compiling the schemas takes longer than most tests, and they hold no state: one contract serves all of a test file.
let contract: GitHubContract | null = null;

function sharedContract(): GitHubContract {
  contract ??= new GitHubContract();
  return contract;
}

function mayDo(request: CheckedRequest, token: TokenKind): boolean {
  const [scopes, level] = PERMISSIONS[request.operation] ?? [[], 'write'];
  return scopes.some((scope) => token.permissions[scope] === 'write' || token.permissions[scope] === level);
}

/** @see https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
function pageOf(
  items: readonly unknown[],
  query: URLSearchParams,
  url: string,
): { items: readonly unknown[]; headers: Record<string, string> } {
  const size = Math.min(Number(query.get('per_page') ?? 30), 100);
  const page = Number(query.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (number: number): string => {
    const address = new URL(url);
    address.searchParams.set('page', String(number));
    return address.href;
  };
  return {
    items: items.slice((page - 1) * size, page * size),
    headers: page < last ? { link: `<${link(page + 1)}>; rel="next", <${link(last)}>; rel="last"` } : {},
  };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  data: unknown,
  headers: Record<string, string>,
): number {
  const text = data === null ? '' : JSON.stringify(data);
  const etag = `W/"${createHash('sha256').update(text).digest('hex')}"`;
  const isRead = request.method === 'GET' && status === 200;
  if (isRead && request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag }).end();
    return 304;
  }
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      ...(isRead ? { etag } : {}),
      'x-ratelimit-remaining': '900',
      ...headers,
    })
    .end(text);
  return status;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function parse(body: string): Readonly<Record<string, unknown>> {
  return body === '' ? {} : JSON.parse(body);
}
