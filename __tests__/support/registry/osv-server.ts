import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { optionalField } from '../../../src/lib/collections.js';

/** A package and version that somebody asks about. */
export interface OsvQuery {
  readonly package: { readonly ecosystem: string; readonly name: string };
  readonly version: string;
  readonly page_token?: string;
}

export interface OsvAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes are sent as they are, everything else as JSON. */
  readonly body: unknown;
}

/** What a server of the OSV API says, and CISA's list beside it. */
export interface OsvKnowledge {
  readonly batch: (queries: readonly OsvQuery[]) => OsvAnswer;
  readonly record: (id: string) => OsvAnswer;
  readonly exploited?: () => OsvAnswer;
  /** Chainguard's feed, for somebody who has the copy of this tag. */
  readonly feed?: (tag: string | undefined) => OsvAnswer;
  /** Alpine's security database of the community packages of a release, such as `v3.22`. */
  readonly community?: (release: string) => OsvAnswer;
}

export interface OsvServer {
  readonly origin: string;
  /** `POST /v1/querybatch 14`, with the number of questions, and `GET /v1/vulns/CVE-2026-0001`. */
  readonly requests: string[];
  readonly queries: OsvQuery[][];
  /** The most requests that were open at one time. */
  readonly most: () => number;
  /** How many times a server that answers in rounds has answered. */
  readonly rounds: () => number;
  close(): Promise<void>;
}

/**
 * Serves the OSV API on loopback, each answer after a round trip's time. In rounds it answers all open requests together,
 * when none has come for that time: whatever comes after an answer may have waited for it.
 */
export async function serveOsv(knowledge: OsvKnowledge, roundTripMs = 0, inRounds = false): Promise<OsvServer> {
  const requests: string[] = [];
  const queries: OsvQuery[][] = [];
  let open = 0;
  let most = 0;
  let rounds = 0;
  const held: (() => void)[] = [];
  let quiet: NodeJS.Timeout | undefined;
  const holdBack = (reply: () => void) => {
    held.push(reply);
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      rounds += 1;
      for (const each of held.splice(0)) each();
    }, roundTripMs);
  };
  const server = createServer((request, response) => {
    open += 1;
    most = Math.max(most, open);
    const respond = ({ status = 200, headers = {}, body }: OsvAnswer) => {
      open -= 1;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
    };
    const answer = async (): Promise<void> => {
      const path = request.url ?? '';
      const said = await sayTo(request, path);
      if (inRounds) holdBack(() => respond(said));
      else if (roundTripMs === 0) respond(said);
      else setTimeout(() => respond(said), roundTripMs);
    };
    const sayTo = async ({ method, headers }: IncomingMessage, path: string): Promise<OsvAnswer> => {
      if (method === 'POST' && path === '/v1/querybatch') {
        const asked = JSON.parse(await textOf(request)) as { readonly queries: OsvQuery[] };
        requests.push(`POST ${path} ${asked.queries.length}`);
        queries.push(asked.queries);
        return knowledge.batch(asked.queries);
      }
      requests.push(`${method} ${path}`);
      if (path.startsWith('/v1/vulns/')) return knowledge.record(decodeURIComponent(path.slice('/v1/vulns/'.length)));
      if (path === '/chainguard-osv.tar.gz' && knowledge.feed !== undefined) {
        return knowledge.feed(headers['if-none-match']);
      }
      const [, release] = /^\/([^/]+)\/community\.json$/.exec(path) ?? [];
      if (release !== undefined && knowledge.community !== undefined) return knowledge.community(release);
      return path === '/exploited.json' && knowledge.exploited !== undefined
        ? knowledge.exploited()
        : { status: 404, body: { message: 'not found' } };
    };
    void answer();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    queries,
    most: () => most,
    rounds: () => rounds,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** One affected package of a made record: every version before the fix. */
export interface MadeAffected {
  readonly ecosystem: string;
  readonly name: string;
  readonly introduced?: string;
  readonly fixed?: string;
  readonly versions?: readonly string[];
  readonly purl?: string;
}

export interface MadeRecord {
  readonly id: string;
  readonly modified: string;
  readonly published?: string;
  readonly withdrawn?: string;
  readonly aliases?: readonly string[];
  readonly upstream?: readonly string[];
  readonly related?: readonly string[];
  readonly summary?: string;
  readonly severity?: readonly { readonly type: string; readonly score: string }[] | null;
  readonly affected: readonly object[];
}

export const HIGH = { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' };
export const LOW = { type: 'CVSS_V3', score: 'CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N' };

/** A record in OSV's form. */
export function osvRecord(
  id: string,
  affected: readonly MadeAffected[],
  more: Partial<Omit<MadeRecord, 'id' | 'affected'>> = {},
): MadeRecord {
  return {
    id,
    modified: '2026-11-20T10:00:00Z',
    published: '2026-03-01T00:00:00Z',
    severity: [HIGH],
    ...more,
    affected: affected.map(({ ecosystem, name, introduced = '0', fixed, versions, purl }) => ({
      package: { ecosystem, name, ...optionalField('purl', purl) },
      ranges:
        versions !== undefined && fixed === undefined
          ? []
          : [{ type: 'ECOSYSTEM', events: [{ introduced }, ...(fixed === undefined ? [] : [{ fixed }])] }],
      ...optionalField('versions', versions),
    })),
  };
}

/** Fixed versions and what they fixed, by package: `{ go: { '1.24.2-r0': ['CVE-2025-22871'] } }`. */
export type SecurityFixes = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Alpine's security database of a release's community packages, with an old fix that every release has. */
export function securityDatabase(release: string, fixes: SecurityFixes): object {
  const packages = { ffmpeg: { '0.5-r0': ['CVE-2009-0385'] }, ...fixes };
  return {
    reponame: 'community',
    distroversion: release,
    packages: Object.entries(packages).map(([name, secfixes]) => ({ pkg: { name, secfixes } })),
  };
}

const CANARIES = new Set(['0.0.1-r0', '0.0.1-1', '0.0.1']);

/** Whether a question is about a version before any real one; CRAN's records begin with an old version of a package. */
function isCanary({ version, package: { ecosystem, name } }: OsvQuery): boolean {
  return CANARIES.has(version) || (ecosystem === 'CRAN' && name === 'commonmark' && version === '1.0');
}

/**
 * A service that knows records: it answers each question with those that name the package, as the real one would for a
 * version that is affected; questions with a version before any real one with an old vulnerability, as any ecosystem it knows.
 */
export function knowing(records: readonly MadeRecord[], exploited: readonly string[] = []): OsvKnowledge {
  const named = (query: OsvQuery) =>
    records.filter(({ affected }) =>
      (affected as readonly { readonly package: OsvQuery['package'] }[]).some(
        (one) => one.package.ecosystem === query.package.ecosystem && one.package.name === query.package.name,
      ),
    );
  return {
    batch: (queries) => ({
      body: {
        results: queries.map((query) => {
          const ids = isCanary(query) ? ['OLD-1'] : named(query).map(({ id }) => id);
          return ids.length === 0 ? {} : { vulns: ids.map((id) => ({ id, modified: '2026-11-20T10:00:00Z' })) };
        }),
      },
    }),
    record: (id) => {
      const record = records.find((one) => one.id === id);
      return record === undefined ? { status: 404, body: { code: 5, message: 'Bug not found.' } } : { body: record };
    },
    community: (release) => ({ body: securityDatabase(release, {}) }),
    exploited: () => ({
      body: {
        dateReleased: '2026-11-20T00:00:00Z',
        vulnerabilities: ['CVE-1999-0001', ...exploited].map((cveID) => ({ cveID })),
      },
    }),
  };
}
