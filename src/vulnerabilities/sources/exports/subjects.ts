import { err, ok, type Result } from '../../../lib/result.js';
import { ecosystemFamily, normalizeEcosystem, normalizeName, spellingsOf } from '../../matching/ecosystems.js';

/** The key that a record's package and a query share. */
function packageKey(ecosystem: string, name: string): string {
  const normal = normalizeEcosystem(ecosystem);
  return `${normal}\n${normalizeName(normal, name)}`;
}

/** What many records are about: all that is kept of an archive with a million of them. */
export class Subjects {
  readonly #places = new Map<string, number[]>();
  readonly #newest = new Map<string, number>();
  readonly #newestOfRelease = new Map<string, number>();

  /** Takes in a record that stands at a place. Fails with what is wrong with it, which can follow "because". */
  add(bytes: Buffer, place: number): string | null {
    const read = readSubject(bytes);
    if (!read.ok) return read.error;
    const { packages, modified } = read.value;
    for (const { ecosystem, name } of packages) {
      raise(this.#newest, ecosystemFamily(ecosystem), modified);
      raise(this.#newestOfRelease, normalizeEcosystem(ecosystem), modified);
      const key = packageKey(ecosystem, name);
      const known = this.#places.get(key);
      if (known === undefined) this.#places.set(key, [place]);
      else if (known.at(-1) !== place) known.push(place);
    }
    return null;
  }

  /** Where the records about a package are, each place once. */
  placesOf(ecosystem: string, name: string): readonly number[] {
    const places = spellingsOf(ecosystem).flatMap((spelling) => this.#places.get(packageKey(spelling, name)) ?? []);
    return [...new Set(places)];
  }

  /** The newest change of a record of a family of ecosystems: milliseconds since 1970, undefined where none is of it. */
  newestOf(family: string): number | undefined {
    return this.#newest.get(family);
  }

  /** The same of one ecosystem with its release, or of all its releases where a record names none. */
  newestOfRelease(ecosystem: string): number | undefined {
    const times = spellingsOf(ecosystem).flatMap((spelling) => this.#newestOfRelease.get(spelling) ?? []);
    return times.length === 0 ? undefined : Math.max(...times);
  }
}

function raise(newest: Map<string, number>, key: string, time: number): void {
  newest.set(key, Math.max(newest.get(key) ?? Number.NEGATIVE_INFINITY, time));
}

interface Subject {
  readonly packages: readonly { readonly ecosystem: string; readonly name: string }[];
  readonly modified: number;
}

/** What a record is about. Written by hand, since every record of an archive passes here. */
function readSubject(bytes: Buffer): Result<Subject, string> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return err('it is not JSON');
  }
  if (!isObject(value) || typeof value['id'] !== 'string' || typeof value['modified'] !== 'string') {
    return err('it is not an OSV record: it has no id or modification date');
  }
  const affected = value['affected'] ?? [];
  if (!Array.isArray(affected)) return err('it is not an OSV record: affected is not a list');
  const packages: { ecosystem: string; name: string }[] = [];
  for (const entry of affected) {
    const about: unknown = isObject(entry) ? entry['package'] : undefined;
    if (!isObject(entry)) return err('it is not an OSV record: affected contains a value that is not an object');
    // An entry about a git repository has no package.
    if (about === undefined || about === null) continue;
    if (!isObject(about) || typeof about['ecosystem'] !== 'string' || typeof about['name'] !== 'string') {
      return err('it is not an OSV record: an affected package lacks an ecosystem or a name');
    }
    packages.push({ ecosystem: about['ecosystem'], name: about['name'] });
  }
  const modified = Date.parse(value['modified']);
  return ok({ packages, modified: Number.isNaN(modified) ? Number.NEGATIVE_INFINITY : modified });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
