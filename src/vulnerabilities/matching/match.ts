import type { OsvAffected, OsvRecord } from '../sources/osv-record.js';
import type { PackageQuery, Unevaluated } from '../sources/queries.js';
import type { SourceHit } from '../sources/source.js';
import { type Affects, affects, versionsIn } from './affects.js';
import { ecosystemFamily, normalizeEcosystem, normalizeName, publicEcosystem, spellingsOf } from './ecosystems.js';
import { isOfAnotherStream } from './modules.js';
import { cvesOf, isNoVulnerability } from './vulnerability-group.js';

type Hit = SourceHit<PackageQuery>;

/** A record that says that a version of a package has a vulnerability. */
export interface Match extends Hit {
  /** The entry that says so; null where the service says it and the record's own words are about something else. */
  readonly entry: OsvAffected | null;
  readonly fixedIn?: string;
  /** Only subscribers of this get the fix. */
  readonly subscription?: string;
}

export interface Matches {
  readonly matches: readonly Match[];
  readonly unevaluated: readonly Unevaluated[];
}

/**
 * Evaluates records against the versions queried. What a record can't decide is left unevaluated, unless the service that
 * named the record has evaluated the version itself: that stands unless each entry about the package says otherwise, by a
 * version order. Withdrawn records say nothing, and neither do notices of bug fixes. Records about the package's own architecture come before those about
 * another one, and records about the package before those about its origin.
 */
export function matchRecords(hits: readonly Hit[]): Matches {
  const current = hits.filter(({ record }) => !isWithdrawn(record) && !isNoVulnerability(record));
  const reported = new Set(current.flatMap(statements));
  const matches: Match[] = [];
  const unevaluated: Unevaluated[] = [];
  for (const hit of current) {
    if (isDescribedBetter(hit, reported) || isDeniedOfPackage(hit) || isAnsweredOtherwise(hit)) continue;
    const evaluated = withSubscription(evaluate(hit));
    if (evaluated === null) continue;
    if ('reason' in evaluated) {
      const { name, version } = hit.query;
      unevaluated.push({ what: `${hit.record.id} for ${name} ${version}`, reason: evaluated.reason });
    } else matches.push(evaluated);
  }
  return { matches, unevaluated };
}

/** A date that is none withdraws nothing. */
export function isWithdrawn({ withdrawn }: OsvRecord): boolean {
  return !Number.isNaN(Date.parse(withdrawn ?? ''));
}

function evaluate(hit: Hit): Match | { readonly reason: string } | null {
  const { query, record, isMatch } = hit;
  const entries = entriesFor(hit, query.name);
  if (isOfAnotherStream(record, entries, query.package)) return null;
  const evaluated = entries.map((entry) => ({ entry, says: affectsAt(entry, query) }));
  const affected = evaluated.find(({ says }) => says.kind === 'affected');
  if (affected !== undefined) return { ...hit, entry: affected.entry, ...fixOf(affected.says) };
  if (isMatch && !(evaluated.length > 0 && evaluated.every(({ says }) => says.kind === 'not-affected'))) {
    return { ...hit, entry: entries[0] ?? null };
  }
  const unknown = evaluated.find(({ says }) => says.kind === 'unknown');
  return unknown?.says.kind === 'unknown' ? { reason: unknown.says.reason } : null;
}

/**
 * Whether another entry of the record answers in place of the queried one: an rpm's own entry in place of its
 * source's, and the entry of Ubuntu's release in place of that for subscribers. Only Canonical's records of a CVE name
 * every release; its notices of fixes for subscribers say nothing of the others.
 */
function isAnsweredOtherwise({ record, query }: Hit): boolean {
  const { ecosystem, name } = query;
  const publicOne = publicEcosystem(ecosystem);
  if (publicOne !== ecosystem) {
    return !record.id.startsWith('UBUNTU-CVE-') || entriesAbout(record, publicOne, name).length > 0;
  }
  return isRpmSource(query) && entriesAbout(record, ecosystem, query.package.name).length > 0;
}

function isRpmSource({ name, package: about }: PackageQuery): boolean {
  return about.type === 'rpm' && name !== about.name;
}

type Evaluated = ReturnType<typeof evaluate>;

/** A fix that only subscribers get does not count for other users. */
function withSubscription(evaluated: Evaluated): Evaluated {
  if (evaluated === null || 'reason' in evaluated) return evaluated;
  const ecosystem = publicEcosystem(evaluated.query.ecosystem);
  if (ecosystem === evaluated.query.ecosystem) return evaluated;
  const { fixedIn, ...rest } = evaluated;
  return {
    ...rest,
    query: { ...evaluated.query, ecosystem },
    ...(fixedIn === undefined ? {} : { subscription: 'Ubuntu Pro' }),
  };
}

/**
 * Evaluates an entry for a query. The source of an rpm has no epoch in its name, so that it is taken to have the
 * entry's; where the entry has several and the epoch decides, nothing is known.
 */
function affectsAt(entry: OsvAffected, query: PackageQuery): Affects {
  const { ecosystem, version } = query;
  if (!isRpmSource(query) || /^[0-9]+:/.test(version)) return affects(entry, ecosystem, version);
  const epochs = new Set(versionsIn(entry).map((one) => /^([0-9]+):/.exec(one)?.[1] ?? '0'));
  const [first, ...others] = [...epochs].map((epoch) =>
    affects(entry, ecosystem, epoch === '0' ? version : `${epoch}:${version}`),
  );
  if (first === undefined) return affects(entry, ecosystem, version);
  if (others.every(({ kind }) => kind === first.kind)) return first;
  return { kind: 'unknown', reason: `the result depends on the epoch of ${version}, which its source lacks` };
}

function fixOf(says: Affects): { readonly fixedIn?: string } {
  return says.kind === 'affected' && says.fixedIn !== undefined ? { fixedIn: says.fixedIn } : {};
}

/** The record's entries about a package of an ecosystem, or of all its releases. */
export function entriesAbout({ affected }: OsvRecord, ecosystem: string, name: string): readonly OsvAffected[] {
  const spellings = spellingsOf(ecosystem);
  return affected.filter(
    ({ package: about }) =>
      about !== null &&
      spellings.includes(normalizeEcosystem(about.ecosystem)) &&
      normalizeName(ecosystem, about.name) === normalizeName(ecosystem, name),
  );
}

/** Those of them for the package's architecture, or all of them where none is. */
function entriesFor({ record, query }: Hit, name: string): readonly OsvAffected[] {
  const entries = entriesAbout(record, query.ecosystem, name);
  const same = entries.filter((entry) => architectureOf(entry) === query.package.architecture);
  return same.length > 0 ? same : entries;
}

/** Chainguard's records are about one architecture each: `pkg:apk/wolfi/curl?arch=x86_64`. */
function architectureOf({ package: about }: OsvAffected): string | undefined {
  return /[?&]arch=([A-Za-z0-9_]+)/.exec(about?.purl ?? '')?.[1];
}

/** Whether every entry of the record about the queried package is about another architecture. */
function isOfAnotherArchitecture(hit: Hit): boolean {
  const entries = entriesFor(hit, hit.query.name);
  const named = entries.map(architectureOf);
  return named.length > 0 && named.every((one) => one !== undefined && one !== hit.query.package.architecture);
}

const keyOf = ({ query }: Hit, cve: string, kind: string): string =>
  [kind, query.ecosystem, query.package.purl, query.package.where, cve].join('\n');

/** Which vulnerabilities of which packages a record is about in the way that counts most. */
function statements(hit: Hit): readonly string[] {
  const cves = cvesOf(hit.record);
  return [
    ...(isOfAnotherArchitecture(hit) ? [] : cves.map((cve) => keyOf(hit, cve, `architecture ${hit.query.about}`))),
    ...(hit.query.about === 'package' ? cves.map((cve) => keyOf(hit, cve, 'package')) : []),
  ];
}

function isDescribedBetter(hit: Hit, reported: ReadonlySet<string>): boolean {
  const cves = cvesOf(hit.record);
  if (cves.length === 0) return false;
  const all = (kind: string) => cves.every((cve) => reported.has(keyOf(hit, cve, kind)));
  if (isOfAnotherArchitecture(hit) && all(`architecture ${hit.query.about}`)) return true;
  return hit.query.about === 'possible' && all('package');
}

/** Whether the record itself says that the package, as opposed to what it was built from, does not have the vulnerability. */
function isDeniedOfPackage(hit: Hit): boolean {
  if (hit.query.about !== 'possible') return false;
  const { name, version } = hit.query.package;
  const own = entriesFor(hit, name).map((entry) => affects(entry, hit.query.ecosystem, version));
  return own.length > 0 && own.every(({ kind }) => kind === 'not-affected');
}

/** Whether records of an ecosystem can contradict each other about a fix: what one of them leaves open, none fixes. */
export function isUnresolvedWinning(ecosystem: string): boolean {
  const family = ecosystemFamily(ecosystem);
  return family === 'Wolfi' || family === 'Chainguard';
}
