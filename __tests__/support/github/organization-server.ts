import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A file's text, a link's target, or a submodule. */
export type OrganizationFile = string | Uint8Array | { readonly link: string } | { readonly submodule: string };

/** A repository of a made organization. */
export interface MadeRepository {
  /** `owner/name`. */
  readonly name: string;
  readonly files: Readonly<Record<string, OrganizationFile>>;
  readonly visibility?: 'PUBLIC' | 'INTERNAL' | 'PRIVATE';
  readonly archived?: true;
  readonly disabled?: true;
  /** It has no commit. */
  readonly empty?: true;
  /** The name that it is asked for by, where it was renamed since. */
  readonly formerly?: string;
}

export interface OrganizationRequest {
  readonly kind: 'list' | 'named' | 'blobs' | 'tree' | 'blob' | 'repository' | 'other';
  readonly path: string;
  readonly query: string;
  readonly authorization: string | undefined;
}

/** A GitHub on the loopback interface that has one organization, read as a survey reads it. */
export interface OrganizationServer {
  readonly apiUrl: string;
  readonly requests: readonly OrganizationRequest[];
  /** Answers a request in another way, where it returns true. */
  intercept: ((request: OrganizationRequest, response: ServerResponse) => boolean) | null;
  /** Replaces repositories, as a push would. */
  replace(repositories: readonly MadeRepository[]): void;
  count(kind: OrganizationRequest['kind']): number;
  forget(): void;
  close(): Promise<void>;
}

interface Stored {
  readonly made: MadeRepository;
  readonly commit: string;
  readonly tree: readonly { path: string; mode: string; type: string; sha: string; size?: number }[];
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

export function gitId(kind: string, bytes: Uint8Array): string {
  return createHash('sha1').update(`${kind} ${bytes.byteLength}\0`).update(bytes).digest('hex');
}

function store(made: MadeRepository): Stored {
  const blobs = new Map<string, Uint8Array>();
  const tree = Object.entries(made.files).map(([path, file]) => {
    if (typeof file === 'object' && 'submodule' in file)
      return { path, mode: '160000', type: 'commit', sha: file.submodule };
    const isLink = typeof file === 'object' && 'link' in file;
    const bytes = Buffer.from(isLink ? file.link : file);
    const sha = gitId('blob', bytes);
    blobs.set(sha, bytes);
    return { path, mode: isLink ? '120000' : '100644', type: 'blob', sha, size: bytes.byteLength };
  });
  return { made, blobs, tree, commit: gitId('commit', Buffer.from(JSON.stringify([made.name, tree]))) };
}

/** Starts it. `limited`: its responses show a rate limit, as those of github.com do. */
export async function startOrganization(
  repositories: readonly MadeRepository[],
  { limited = false }: { readonly limited?: boolean } = {},
): Promise<OrganizationServer> {
  let stored = new Map<string, Stored>();
  const replace = (some: readonly MadeRepository[]) => {
    stored = new Map(some.map((made) => [made.name.toLowerCase(), store(made)]));
  };
  replace(repositories);
  const find = (name: string): Stored | undefined =>
    stored.get(name.toLowerCase()) ?? [...stored.values()].find(({ made }) => made.formerly === name);
  const requests: OrganizationRequest[] = [];

  const graphql = (
    text: string,
    variables: Readonly<Record<string, unknown>>,
  ): { kind: OrganizationRequest['kind']; data: unknown } => {
    if (text.includes('repositoryOwner')) {
      const login = String(variables['login']);
      const own = [...stored.values()]
        .filter(({ made }) => made.name.toLowerCase().startsWith(`${login.toLowerCase()}/`))
        .sort((a, b) => (a.made.name < b.made.name ? -1 : 1));
      const start = variables['after'] === null ? 0 : Number(variables['after']);
      const nodes = own.slice(start, start + 100).map(fieldsOf);
      const hasNextPage = start + 100 < own.length;
      const pageInfo = { hasNextPage, endCursor: String(start + 100) };
      const found = own.length === 0 ? null : { repositories: { totalCount: own.length, pageInfo, nodes } };
      return { kind: 'list', data: { repositoryOwner: found } };
    }
    const data: Record<string, unknown> = {};
    let kind: OrganizationRequest['kind'] = 'named';
    for (const [, alias = '', owner, name, body = ''] of text.matchAll(
      /(r\d+): repository\(owner: "([^"]+)", name: "([^"]+)"\) \{ ((?:b\d+: object\(oid: "[0-9a-f]+"\) \{ \.\.\. on Blob \{ text \} \} ?)*)/g,
    )) {
      const repository = find(`${owner}/${name}`);
      if (body === '') {
        data[alias] = repository === undefined ? null : fieldsOf(repository);
        continue;
      }
      kind = 'blobs';
      const objects: Record<string, unknown> = {};
      for (const [, blob = '', oid = ''] of body.matchAll(/(b\d+): object\(oid: "([0-9a-f]+)"\)/g)) {
        const bytes = repository?.blobs.get(oid);
        objects[blob] = bytes === undefined ? null : { text: Buffer.from(bytes).toString('utf8') };
      }
      data[alias] = repository === undefined ? null : objects;
    }
    return { kind, data };
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://api.invalid').pathname);
    const { authorization } = request.headers;
    const note = (kind: OrganizationRequest['kind'], query = ''): boolean => {
      const noted = { kind, path, query, authorization };
      requests.push(noted);
      return server.intercept?.(noted, response) === true;
    };
    const reply = (status: number, data: unknown): void => {
      const headers: Record<string, string> = { 'content-type': 'application/json' };
      if (limited) headers['x-ratelimit-limit'] = '5000';
      response.writeHead(status, headers).end(JSON.stringify(data));
    };
    if (path === '/graphql') {
      const { query, variables } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const { kind, data } = graphql(query, Object(variables));
      if (!note(kind, query)) reply(200, { data });
      return;
    }
    const [, name = '', what, id = ''] = /^\/repos\/([^/]+\/[^/]+)(?:\/git\/(trees|blobs)\/(.+))?$/.exec(path) ?? [];
    const repository = find(name);
    if (what === undefined) {
      if (note(name === '' ? 'other' : 'repository')) return;
      const visibility = (repository?.made.visibility ?? 'PRIVATE').toLowerCase();
      return repository === undefined
        ? reply(404, { message: 'Not Found' })
        : reply(200, { visibility, private: visibility !== 'public' });
    }
    if (note(what === 'trees' ? 'tree' : 'blob')) return;
    if (what === 'trees' && repository !== undefined) {
      return reply(200, { sha: id, tree: repository.tree, truncated: false });
    }
    const bytes = repository?.blobs.get(id);
    if (bytes === undefined) return reply(404, { message: 'Not Found' });
    return reply(200, {
      sha: id,
      size: bytes.byteLength,
      encoding: 'base64',
      content: Buffer.from(bytes).toString('base64'),
    });
  };

  const http = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  // A server that listens on a TCP port has an address with that port.
  const { port } = http.address() as AddressInfo;
  const server: OrganizationServer = {
    apiUrl: `http://127.0.0.1:${port}`,
    requests,
    intercept: null,
    replace,
    count: (kind) => requests.filter((one) => one.kind === kind).length,
    forget: () => {
      requests.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}

function fieldsOf({ made, commit }: Stored): unknown {
  return {
    nameWithOwner: made.name,
    visibility: made.visibility ?? 'PRIVATE',
    isArchived: made.archived === true,
    isDisabled: made.disabled === true,
    defaultBranchRef: made.empty === true ? null : { target: { oid: commit } },
  };
}
