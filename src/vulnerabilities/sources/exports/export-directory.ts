import { basename } from 'node:path';
import type { Result } from '../../../lib/result.js';
import { VULNERABILITY_LIMITS, type VulnerabilityLimits } from '../../limits.js';
import { ecosystemFamily, isKnownFamily } from '../../matching/ecosystems.js';
import type { Query } from '../queries.js';
import type { SourceFailure, SourceResult, VulnerabilitySource } from '../source.js';
import { type ExportFile, listExportFiles } from './export-files.js';
import { indexFile } from './file-index.js';
import { queryIndexes } from './query-indexes.js';
import type { RecordIndex } from './record-index.js';

/** @see https://google.github.io/osv.dev/data/#data-dumps */
const EXPORTS_URL = 'https://osv-vulnerabilities.storage.googleapis.com';

/**
 * OSV exports in a directory: `all.zip` in a directory an ecosystem, as the public export has them, and JSON records of
 * one's own next to them. Archives are read once a run, those of ecosystems that no query needs not at all; of their
 * records only the places are kept.
 *
 * @see https://google.github.io/osv.dev/data/#data-dumps
 */
export class ExportDirectory implements VulnerabilitySource {
  readonly name: string;
  readonly #directory: string;
  readonly #limits: VulnerabilityLimits;
  readonly #indexes = new Map<string, Promise<Result<RecordIndex, SourceFailure>>>();
  #files: Promise<Result<readonly ExportFile[], SourceFailure>> | undefined;

  constructor(directory: string, limits: VulnerabilityLimits = VULNERABILITY_LIMITS) {
    this.name = `OSV exports in ${basename(directory)}`;
    this.#directory = directory;
    this.#limits = limits;
  }

  async query<Q extends Query>(queries: readonly Q[]): Promise<Result<SourceResult<Q>, SourceFailure>> {
    this.#files ??= listExportFiles(this.#directory, this.#limits);
    const files = await this.#files;
    if (!files.ok) return files;
    const families = new Set(queries.map(({ ecosystem }) => ecosystemFamily(ecosystem)));
    const indexes: RecordIndex[] = [];
    for (const file of files.value) {
      if (!mayConcern(file, families)) continue;
      const index = await this.#index(file);
      if (!index.ok) return index;
      indexes.push(index.value);
    }
    return await queryIndexes(indexes, queries, (ecosystem) => ({
      missing: `no archive of it is among the ${this.name} (${ecosystemFamily(ecosystem)}/all.zip)`,
      silent: `the archive of it among the ${this.name}`,
      fix: `Download the full export to that path: ${EXPORTS_URL}/${encodeURIComponent(ecosystemFamily(ecosystem))}/all.zip`,
    }));
  }

  #index(file: ExportFile): Promise<Result<RecordIndex, SourceFailure>> {
    const running = this.#indexes.get(file.path);
    if (running !== undefined) return running;
    const started = indexFile(file, this.#limits);
    this.#indexes.set(file.path, started);
    return started;
  }
}

/** An archive in the directory of another ecosystem is not opened: reading npm's for a Debian image would cost minutes. */
function mayConcern({ kind, dir }: ExportFile, families: ReadonlySet<string>): boolean {
  if (kind === 'record') return true;
  const family = ecosystemFamily(dir);
  return families.has(family) || !isKnownFamily(family);
}
