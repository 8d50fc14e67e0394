import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf } from '../../../lib/caught.js';
import { groupBy } from '../../../lib/collections.js';
import { err, ok, type Result } from '../../../lib/result.js';
import { plural } from '../../../lib/text.js';
import type { Transport } from '../../../registry/http/transport.js';
import type { VulnerabilityLimits } from '../../limits.js';
import { fetchJson } from '../api/fetch-json.js';
import type { Query, Unevaluated } from '../queries.js';
import type { SourceFailure, SourceHit, SourceResult, Supplement, VulnerabilitySource } from '../source.js';
import { readSecurityDatabase, type SecurityDatabase } from './security-database.js';

/** Where Alpine publishes what its packages fixed, a file a release and repository. */
export const SECURITY_DATABASE_URL = 'https://secdb.alpinelinux.org';

/** The directory of its files in a directory of exports: `alpine-secdb/v3.22/community.json`. */
export const SECURITY_DATABASE_DIRECTORY = 'alpine-secdb';

const RELEASE = /^Alpine:(v[0-9]{1,3}\.[0-9]{1,3})$/;

/**
 * What Alpine's smallest image is made of, by what it is built from: packages of `main` in every release, since that image
 * has no other repository. OSV has their advisories.
 *
 * @see https://gitlab.alpinelinux.org/alpine/aports/-/blob/master/scripts/genrootfs.sh
 */
const MAIN: ReadonlySet<string> = new Set([
  'alpine-base',
  'alpine-baselayout',
  'alpine-keys',
  'alpine-release',
  'apk-tools',
  'busybox',
  'ca-certificates',
  'libc-dev',
  'libretls',
  'musl',
  'openssl',
  'pax-utils',
  'zlib',
]);

/** A release's database and its date: milliseconds since 1970, or the reason why it is unknown, as a clause. */
interface Opened {
  readonly database: SecurityDatabase;
  readonly asOf: Result<number, string>;
}
type Open = (release: string, ecosystem: string) => Promise<Result<Opened, SourceFailure>>;

/**
 * Alpine's security database of `community`. OSV imports that of `main` alone, and an installed package does not say of
 * which repository it is: each but those of Alpine's smallest image is queried in both.
 */
class CommunityPackages implements VulnerabilitySource {
  readonly name: string;
  readonly #open: Open;
  readonly #opened = new Map<string, Promise<Result<Opened, SourceFailure>>>();

  constructor(place: string, open: Open) {
    this.name = `Alpine's security database of community (${place})`;
    this.#open = open;
  }

  async query<Q extends Query>(queries: readonly Q[]): Promise<Result<SourceResult<Q>, SourceFailure>> {
    const hits: SourceHit<Q>[] = [];
    const asOf = new Map<string, number>();
    const unevaluated: Unevaluated[] = [];
    for (const [ecosystem, ofEcosystem] of groupBy(queries, (query) => query.ecosystem)) {
      const release = RELEASE.exec(ecosystem)?.[1];
      if (release === undefined) continue;
      const running = this.#opened.get(release) ?? this.#open(release, ecosystem);
      this.#opened.set(release, running);
      const opened = await running;
      if (!opened.ok) return opened;
      const { asOf: known } = opened.value;
      if (known.ok) asOf.set(ecosystem, known.value);
      else unevaluated.push({ what: `the advisories of ${ecosystem}`, reason: known.error });
      for (const query of ofEcosystem) {
        const records = opened.value.database.recordsOf(query.name);
        hits.push(...records.map((record) => ({ query, record, isMatch: false })));
      }
    }
    return ok({ hits, unevaluated, asOf });
  }
}

function supplement(source: VulnerabilitySource): Supplement {
  return {
    source,
    covers: ({ ecosystem, package: about }) => RELEASE.test(ecosystem) && !MAIN.has(about.source.name),
    gap: "OSV has advisories about Alpine's main repository alone, and it may be of community",
  };
}

/** The database as Alpine gives it out now: a request a release, and none where no package calls for it. */
export function fetchedCommunityPackages(
  { transport, origin, now }: { readonly transport: Transport; readonly origin: string; readonly now: Date },
  limits: VulnerabilityLimits,
  remember: (source: VulnerabilitySource) => VulnerabilitySource,
): Supplement {
  const open: Open = async (release, ecosystem) => {
    const url = new URL(`/${release}/community.json`, origin);
    const place = `${url.host}${url.pathname}`;
    const response = await fetchJson(transport, url);
    if (!response.ok) return err({ ...response.error, fix: FIX });
    const { status, value } = response.value;
    if (status !== 200) return err(unusable(place, `the server returned ${status}`, 'forbidden'));
    return opened(value, { place, ecosystem, asOf: ok(now.getTime()) }, limits);
  };
  return supplement(remember(new CommunityPackages(new URL(origin).host, open)));
}

/**
 * The database in a directory of exports. It says no date, and its file's time is the last copy's: as of when it is, the
 * headers say that came with it. Without them a vulnerability that it lists counts, and its silence does not.
 */
export function communityPackagesIn(directory: string, limits: VulnerabilityLimits): Supplement {
  const open: Open = async (release, ecosystem) => {
    const file = join(SECURITY_DATABASE_DIRECTORY, release, 'community.json');
    const path = join(directory, file);
    // The directory's own path is of this machine, and a report is read elsewhere.
    const place = join(basename(directory), file);
    try {
      const found = await stat(path).catch(() => null);
      if (found === null) return err(missing(place, release));
      const { size } = found;
      if (size > limits['secdb-bytes']) {
        return err(
          unusable(place, `it has more than ${plural(limits['secdb-bytes'], 'byte')} (limit secdb-bytes)`, 'limit'),
        );
      }
      const value: unknown = JSON.parse(await readFile(path, 'utf8'));
      return opened(value, { place, ecosystem, asOf: await fetchedAt(path, size) }, limits);
    } catch (error) {
      return err(unusable(place, error instanceof SyntaxError ? 'it is not JSON' : messageOf(error), 'malformed'));
    }
  };
  return supplement(new CommunityPackages(SECURITY_DATABASE_DIRECTORY, open));
}

/** Far more than a response has. */
const HEADER_BYTES = 64 * 1024;

/**
 * When a file was fetched, by the headers that `curl --dump-header` wrote next to it: those of the last response, where
 * redirects came before it.
 */
async function fetchedAt(path: string, size: number): Promise<Result<number, string>> {
  const file = `${path.slice(0, -'.json'.length)}.headers`;
  const save = `save the response's headers as ${basename(file)} next to it (curl --dump-header)`;
  const found = await stat(file).catch(() => null);
  if (found === null) return err(`nothing says when ${basename(path)} was downloaded: ${save}`);
  if (found.size > HEADER_BYTES) return err(`${basename(file)} has more than ${HEADER_BYTES} bytes`);
  const fields = new Map<string, string>();
  for (const line of (await readFile(file, 'latin1')).split(/\r?\n/)) {
    if (line.startsWith('HTTP/')) fields.clear();
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const length = fields.get('content-encoding') === undefined ? fields.get('content-length') : undefined;
  if (length !== undefined && Number(length) !== size)
    return err(`${basename(file)} came with a file of another size: download both again`);
  const date = Date.parse(fields.get('date') ?? '');
  return Number.isNaN(date) ? err(`${basename(file)} has no date: ${save}`) : ok(date);
}

function missing(place: string, release: string): SourceFailure {
  const { message } = unusable(place, 'it does not exist', 'not-found');
  return {
    cause: 'not-found',
    message,
    fix: `Download it to that path, with its headers next to it: curl -D community.headers -O ${SECURITY_DATABASE_URL}/${release}/community.json`,
  };
}

function opened(
  value: unknown,
  { place, ecosystem, asOf }: { readonly place: string; readonly ecosystem: string } & Pick<Opened, 'asOf'>,
  limits: VulnerabilityLimits,
): Result<Opened, SourceFailure> {
  const database = readSecurityDatabase(value, ecosystem, limits);
  if (database.ok) return ok({ database: database.value, asOf });
  return err(unusable(place, database.error.reason, database.error.isLimit ? 'limit' : 'malformed'));
}

const FIX = `Run the gate again later; the command line can read a copy instead (${SECURITY_DATABASE_DIRECTORY} in the directory of --vulnerabilities).`;

function unusable(place: string, reason: string, cause: SourceFailure['cause']): SourceFailure {
  return { cause, message: `Alpine's security database ${place} can't be used: ${reason}.`, fix: FIX };
}
