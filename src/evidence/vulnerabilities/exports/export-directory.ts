import { basename } from 'node:path';
import { err, ok, type Result } from '../../../result.js';
import { ecosystemFamily, normaliseEcosystem } from '../ecosystems.js';
import { VULNERABILITY_LIMITS, type VulnerabilityLimits } from '../limits.js';
import { type OsvRecord, readOsvRecord } from '../osv-record.js';
import type { Question, Unjudged } from '../questions.js';
import type { SourceAnswer, SourceFailure, SourceHit, VulnerabilitySource } from '../source.js';
import { hasOrder } from '../version-order/ecosystem.js';
import { type ExportFile, listExportFiles } from './export-files.js';
import { type FileIndex, indexFile, packageKey, readPlaces } from './file-index.js';

/**
 * OSV exports in a directory: `all.zip` in a folder an ecosystem, as the public export has them, and JSON records of
 * one's own. Archives are read once a run, those of ecosystems that nobody asks for not at all; of their records only the
 * places are kept.
 *
 * @see https://google.github.io/osv.dev/data/#data-dumps
 */
export class ExportDirectory implements VulnerabilitySource {
  readonly name: string;
  readonly #directory: string;
  readonly #limits: VulnerabilityLimits;
  readonly #indexes = new Map<string, Promise<Result<FileIndex, SourceFailure>>>();
  #files: Promise<Result<readonly ExportFile[], SourceFailure>> | undefined;

  constructor(directory: string, limits: VulnerabilityLimits = VULNERABILITY_LIMITS) {
    this.name = `OSV exports in ${basename(directory)}`;
    this.#directory = directory;
    this.#limits = limits;
  }

  async ask<Q extends Question>(questions: readonly Q[]): Promise<Result<SourceAnswer<Q>, SourceFailure>> {
    this.#files ??= listExportFiles(this.#directory, this.#limits);
    const files = await this.#files;
    if (!files.ok) return files;
    const families = new Set(questions.map(({ ecosystem }) => ecosystemFamily(ecosystem)));
    const indexes: FileIndex[] = [];
    for (const file of files.value) {
      if (!mayConcern(file, families)) continue;
      const index = await this.#index(file);
      if (!index.ok) return index;
      indexes.push(index.value);
    }
    const hits: SourceHit<Q>[] = [];
    const unjudged: Unjudged[] = [];
    for (const index of indexes) {
      const problem = await this.#collect(index, questions, hits, unjudged);
      if (problem !== null) return err(problem);
    }
    unjudged.push(...withoutRecords(questions, indexes, this.name));
    const asOf = new Map<string, number>();
    for (const { newest } of indexes) {
      for (const [family, time] of newest) {
        if (families.has(family)) asOf.set(family, Math.max(asOf.get(family) ?? Number.NEGATIVE_INFINITY, time));
      }
    }
    return ok({ hits, unjudged, asOf });
  }

  #index(file: ExportFile): Promise<Result<FileIndex, SourceFailure>> {
    const running = this.#indexes.get(file.path);
    if (running !== undefined) return running;
    const started = indexFile(file, this.#limits);
    this.#indexes.set(file.path, started);
    return started;
  }

  async #collect<Q extends Question>(
    index: FileIndex,
    questions: readonly Q[],
    hits: SourceHit<Q>[],
    unjudged: Unjudged[],
  ): Promise<SourceFailure | null> {
    const wanted = new Map<number, Q[]>();
    for (const question of questions) {
      const places = index.places.get(packageKey(question.ecosystem, question.name)) ?? [];
      if (places.length > this.#limits['records-per-question']) {
        return {
          cause: 'limit',
          message: `More than ${this.#limits['records-per-question']} records are about ${question.name} (records-per-question).`,
          remedy: 'Check the directory of vulnerability exports.',
        };
      }
      for (const place of places) wanted.set(place, [...(wanted.get(place) ?? []), question]);
    }
    if (wanted.size === 0) return null;
    const read = await readPlaces(index, [...wanted.keys()], this.#limits, (place, bytes) => {
      const asked = wanted.get(place) ?? [];
      const record = parse(bytes);
      if (record.ok) hits.push(...asked.map((question) => ({ question, record: record.value, isMatch: false })));
      else {
        const [first] = asked;
        unjudged.push({
          what: `a record about ${first?.name ?? 'a package'} in ${index.file.path}`,
          reason: record.error,
        });
      }
      return null;
    });
    return read.ok ? null : read.error;
  }
}

function parse(bytes: Buffer): Result<OsvRecord, string> {
  try {
    return readOsvRecord(JSON.parse(bytes.toString('utf8')));
  } catch {
    return err('it is no JSON');
  }
}

/** An archive in the folder of another ecosystem is not opened: reading npm's for a Debian image would cost minutes. */
function mayConcern({ kind, folder }: ExportFile, families: ReadonlySet<string>): boolean {
  if (kind === 'record') return true;
  const family = ecosystemFamily(folder);
  return families.has(family) || !(hasOrder(family) || UNORDERED.has(family));
}

/** Further folders of the public export, whose version order we lack. */
const UNORDERED: ReadonlySet<string> = new Set([
  'Android',
  'Bitnami',
  'CRAN',
  'GIT',
  'GitHub Actions',
  'Hackage',
  'Hex',
  'Julia',
  'Linux',
  'Maven',
  'NuGet',
  'OSS-Fuzz',
  'Packagist',
  'Pub',
  'RubyGems',
  'SwiftURL',
  'VSCode',
]);

/** An ecosystem that no record is of may be spelt otherwise, or be missing: silence about it says nothing. */
function withoutRecords(
  questions: readonly Question[],
  indexes: readonly FileIndex[],
  name: string,
): readonly Unjudged[] {
  const asked = new Map<string, number>();
  for (const { ecosystem } of questions) asked.set(ecosystem, (asked.get(ecosystem) ?? 0) + 1);
  return [...asked]
    .filter(([ecosystem]) => !indexes.some(({ ecosystems }) => ecosystems.has(normaliseEcosystem(ecosystem))))
    .map(([ecosystem, count]) => ({
      what: `${count} packages of ${ecosystem}`,
      reason: `there is no record of that ecosystem among the ${name}`,
    }));
}
