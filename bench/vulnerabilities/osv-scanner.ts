import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MadeRecord } from '../../__tests__/support/registry/osv-server.js';
import { makeZip } from '../../__tests__/support/registry/zip-maker.js';
import { runTimed } from './timed.js';

/** One vulnerability that a program found: in which source, in which package, by which record. */
export interface Hit {
  readonly source: string;
  readonly name: string;
  readonly version: string;
  readonly id: string;
}

export const hitKey = ({ source, name, version, id }: Hit): string => `${source} ${name} ${version} ${id}`;

/** Writes exports where osv-scanner looks for its databases: `DIRECTORY/osv-scalibr/FAMILY/all.zip`. Returns that directory. */
export function writeExports(directory: string, records: ReadonlyMap<string, readonly MadeRecord[]>): string {
  const exports = join(directory, 'osv-scalibr');
  for (const [family, own] of records) {
    mkdirSync(join(exports, family), { recursive: true });
    writeFileSync(
      join(exports, family, 'all.zip'),
      makeZip(Object.fromEntries(own.map((record) => [`${record.id}.json`, JSON.stringify(record)]))),
    );
  }
  return exports;
}

/** What osv-scanner said of what it read. */
export interface Scan {
  readonly hits: readonly Hit[];
  readonly found: readonly {
    readonly source: string;
    readonly name: string;
    readonly version: string;
    readonly ecosystem: string;
  }[];
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Runs osv-scanner offline over what the arguments name, with the exports beside `exports`; a text says why it failed. */
export function scan(scanner: string, exports: string, args: readonly string[]): Scan | string {
  const run = runTimed(scanner, ['scan', ...args, '--offline', '--format', 'json', '--all-packages'], {
    OSV_SCALIBR_LOCAL_DB_CACHE_DIRECTORY: join(exports, '..'),
  });
  const { seconds, cpuSeconds } = run;
  return run.stdout.startsWith('{') ? { ...readResults(run.stdout), seconds, cpuSeconds } : run.stderr;
}

/** osv-scanner's own output. @see https://google.github.io/osv-scanner/output/#json */
interface Results {
  readonly results: readonly {
    readonly source: { readonly path: string };
    readonly packages: readonly {
      readonly package: {
        readonly name: string;
        readonly os_package_name?: string;
        readonly version: string;
        readonly ecosystem: string;
      };
      readonly vulnerabilities?: readonly { readonly id: string }[];
    }[];
  }[];
}

function readResults(json: string): Pick<Scan, 'hits' | 'found'> {
  const read = JSON.parse(json) as Results;
  const all = read.results.flatMap(({ source, packages }) =>
    packages.map(({ package: about, vulnerabilities = [] }) => ({
      source: source.path,
      name: about.os_package_name ?? about.name,
      // Records about Go modules write versions without the v that the modules have.
      version: about.ecosystem === 'Go' ? about.version.replace(/^v/, '') : about.version,
      ecosystem: about.ecosystem,
      ids: vulnerabilities.map(({ id }) => id),
    })),
  );
  return {
    found: all.map(({ ids: _ids, ...one }) => one),
    hits: all.flatMap(({ source, name, version, ids }) => ids.map((id) => ({ source, name, version, id }))),
  };
}
