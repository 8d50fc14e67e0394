import type { OsvRecord } from './osv-record.js';

const CVE = /^CVE-[0-9]{4}-[0-9]{4,19}$/;

/**
 * The CVEs a record is about: its id, its aliases and what it passes on from upstream. Notices of distributions (USN,
 * DLA, RHSA) are about several. Identifiers such as `ALPINE-CVE-2021-36159` name theirs.
 *
 * @see https://ossf.github.io/osv-schema/#upstream-field
 */
export function cvesOf({ id, aliases, upstream }: OsvRecord): readonly string[] {
  const own = /CVE-[0-9]{4}-[0-9]{4,19}$/.exec(id)?.[0];
  const named = [...aliases, ...upstream].filter((name) => CVE.test(name));
  return [...new Set(own === undefined ? named : [own, ...named])];
}

/**
 * The names of a record's weakness besides its id and its CVE, such as a GHSA. A notice about several weaknesses has none:
 * its other names are of one of them, and it does not say of which.
 */
export function otherNames(record: OsvRecord): readonly string[] {
  if (cvesOf(record).length > 1) return [];
  return [...record.aliases, ...record.upstream].filter((name) => !CVE.test(name));
}

/**
 * Says which weaknesses each record is about, so that one that several records tell of counts once: by its CVEs; without
 * any, by those of a record that it shares a name with; and failing that by the names themselves. Every list is sorted.
 */
export function weaknessesOf(records: readonly OsvRecord[]): ReadonlyMap<OsvRecord, readonly string[]> {
  const byName = new Map<string, Set<string>>();
  for (const record of records) {
    const cves = cvesOf(record);
    // A notice of several is no name of any of them.
    if (cves.length !== 1) continue;
    for (const name of [record.id, ...otherNames(record)]) {
      const known = byName.get(name) ?? new Set<string>();
      byName.set(name, known.add(cves[0] ?? ''));
    }
  }
  const groups = nameGroups(records.filter((record) => cvesOf(record).length === 0));
  return new Map(
    records.map((record) => {
      const cves = cvesOf(record);
      if (cves.length > 0) return [record, [...cves].sort()];
      const known = [record.id, ...record.aliases, ...record.upstream].flatMap((name) => [...(byName.get(name) ?? [])]);
      return [record, known.length > 0 ? [...new Set(known)].sort() : [groups.get(record.id) ?? record.id]];
    }),
  );
}

/** The smallest name of all that are said to be the same, by record id. */
function nameGroups(records: readonly OsvRecord[]): ReadonlyMap<string, string> {
  const parent = new Map<string, string>();
  const find = (name: string): string => {
    let root = name;
    for (let up = parent.get(root); up !== undefined; up = parent.get(root)) root = up;
    return root;
  };
  for (const { id, aliases, upstream } of records) {
    for (const name of [...aliases, ...upstream]) {
      const [smaller = id, larger = name] = [find(id), find(name)].sort();
      if (smaller !== larger) parent.set(larger, smaller);
    }
  }
  return new Map(records.map(({ id }) => [id, find(id)]));
}
