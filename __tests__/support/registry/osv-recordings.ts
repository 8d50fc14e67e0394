import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Distribution, Inventory } from '../../../src/packages/inventory.js';
import { inventoryOf } from '../image/vulnerability-run.js';
import { type MadeAffected, type MadeRecord, type OsvQuery, osvRecord } from './osv-server.js';

/** What the OSV API once answered to questions about an image: the records it named, by question. */
export interface OsvRecording {
  readonly name: string;
  readonly ecosystem: string;
  readonly inventory: Inventory;
  /** `NAME VERSION ID` of every hit. */
  readonly hits: ReadonlySet<string>;
}

interface Recorded {
  readonly query: OsvQuery;
  readonly ids: readonly string[];
}

const DISTRIBUTIONS: readonly (readonly [
  RegExp,
  (release: string) => Distribution,
  Inventory['packages'][number]['type'],
])[] = [
  [/^Alpine:v([0-9.]+)$/, (release) => made('alpine', `${release}.1`), 'apk'],
  [/^Debian:([0-9]+)$/, (release) => made('debian', release), 'deb'],
  [/^Ubuntu:([0-9.]+)$/, (release) => made('ubuntu', release), 'deb'],
  [/^openSUSE:Leap ([0-9.]+)$/, (release) => made('opensuse-leap', release), 'rpm'],
  [/^(PyPI)$/, () => made('debian', '12'), 'pypi'],
  [/^(npm)$/, () => made('debian', '12'), 'npm'],
];

function made(id: string, versionId: string): Distribution {
  return { id, idLike: [], versionId, where: 'etc/os-release' };
}

/** Every recorded answer in a directory about an ecosystem that images have packages of, each of them once. */
export function osvRecordings(directory: string): {
  readonly recordings: readonly OsvRecording[];
  readonly records: readonly MadeRecord[];
} {
  const answers = recordedAnswers(directory);
  const affected = new Map<string, Map<string, MadeAffected>>();
  const recordings = new Map<string, OsvRecording>();
  for (const [index, recorded] of answers.entries()) {
    for (const { query, ids } of recorded) {
      for (const id of ids) note(affected, id, query);
    }
    for (const ecosystem of new Set(recorded.map(({ query }) => query.package.ecosystem))) {
      const recording = recordingOf(`exchange ${index + 1}, ${ecosystem}`, ecosystem, recorded);
      if (recording !== null)
        recordings.set(
          JSON.stringify([ecosystem, [...recording.hits], recording.inventory.packages.length]),
          recording,
        );
    }
  }
  const records = [...affected].map(([id, entries]) => osvRecord(id, [...entries.values()]));
  return { recordings: [...recordings.values()], records };
}

/** The service's records were not recorded; each is made of the versions for which it was named. */
function note(
  affected: Map<string, Map<string, MadeAffected>>,
  id: string,
  { package: about, version }: OsvQuery,
): void {
  const entries = affected.get(id) ?? new Map<string, MadeAffected>();
  affected.set(id, entries);
  const key = `${about.ecosystem}\n${about.name}`;
  const versions = entries.get(key)?.versions ?? [];
  entries.set(key, { ...about, versions: [...new Set([...versions, version])] });
}

function recordingOf(name: string, ecosystem: string, recorded: readonly Recorded[]): OsvRecording | null {
  for (const [pattern, distribution, type] of DISTRIBUTIONS) {
    const release = pattern.exec(ecosystem)?.[1];
    if (release === undefined) continue;
    const own = recorded.filter(({ query }) => query.package.ecosystem === ecosystem);
    const unique = new Map(own.map((one) => [`${one.query.package.name} ${one.query.version}`, one]));
    return {
      name,
      ecosystem,
      inventory: inventoryOf(
        distribution(release),
        [...unique.values()].map(({ query }) => [query.package.name, query.version] as const),
        type,
      ),
      hits: new Set([...unique].flatMap(([key, { ids }]) => ids.map((id) => `${key} ${id}`))),
    };
  }
  return null;
}

function recordedAnswers(directory: string): readonly (readonly Recorded[])[] {
  return readdirSync(directory)
    .sort()
    .flatMap((file) => {
      // The recordings' own form: request and response with JSON texts as bodies.
      const cassette = parse(readFileSync(`${directory}/${file}`, 'utf8')) as {
        readonly interactions: readonly {
          readonly request: { readonly body: string };
          readonly response: { readonly body: string };
        }[];
      };
      return cassette.interactions.map(({ request, response }): readonly Recorded[] => {
        const { queries } = JSON.parse(request.body) as { readonly queries: readonly OsvQuery[] };
        const { results } = JSON.parse(response.body) as {
          readonly results: readonly { readonly vulns?: readonly { readonly id: string }[] }[];
        };
        const recorded = queries.map((query, index) => ({
          query,
          ids: (results[index]?.vulns ?? []).map(({ id }) => id),
        }));
        // Questions about a commit of a repository name no package.
        return recorded.filter(({ query }) => 'package' in query);
      });
    });
}
