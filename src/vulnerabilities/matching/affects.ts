import { compareIn, hasPlace, sameAs } from '../../packages/versions/ecosystem.js';
import type { OsvAffected, OsvEvent, OsvRange } from '../sources/osv-record.js';
import { ecosystemFamily } from './ecosystems.js';

/** What a record says about one version of one package. */
export type Affects =
  | { readonly kind: 'affected'; readonly fixedIn?: string }
  | { readonly kind: 'not-affected' }
  /** The record can't be evaluated, so "not affected" would be a guess. */
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Evaluates the `affected` entry of a record for a version, by the algorithm of the OSV schema: a version is affected
 * if it is enumerated or is in a range. Two spellings of one version (`1.0` and `1.0.0` of PyPI) are that version.
 * `fixedIn` is the first fix after the version.
 *
 * @param ecosystem whose version order holds; the entry's own
 * @see https://ossf.github.io/osv-schema/#evaluation
 */
export function affects(entry: OsvAffected, ecosystem: string, version: string): Affects {
  const ranges = entry.ranges.filter(({ type }) => type !== 'GIT');
  const answers = [
    ...ranges.map((range) => inRange(range, ecosystem, version)),
    ...(entry.versions.length === 0 ? [] : [isListed(entry.versions, ranges, ecosystem, version)]),
  ];
  return (
    answers.find(({ kind }) => kind === 'affected') ??
    answers.find(({ kind }) => kind === 'unknown') ??
    answers[0] ?? { kind: 'unknown', reason: 'the record has neither versions nor a version range' }
  );
}

function isListed(
  versions: readonly string[],
  ranges: readonly OsvRange[],
  ecosystem: string,
  version: string,
): Affects {
  if (versions.some(sameAs(ecosystem, version))) return { kind: 'affected', ...fixAfter(ranges, ecosystem, version) };
  return hasPlace(ecosystem, version)
    ? { kind: 'not-affected' }
    : { kind: 'unknown', reason: noPlace(ecosystem, version) };
}

function noPlace(ecosystem: string, version: string): string {
  return `${version} can't be ordered among the versions of ${ecosystem}`;
}

const RANGES: ReadonlySet<string> = new Set(['SEMVER', 'ECOSYSTEM']);

function inRange(range: OsvRange, ecosystem: string, version: string): Affects {
  const fixes = range.events.flatMap((event) => ('fixed' in event ? [event.fixed] : []));
  if (fixes.includes('0')) {
    if (saysFalsePositive(range, fixes, ecosystem)) return { kind: 'not-affected' };
    return { kind: 'unknown', reason: 'a version range is fixed in version 0, before its first version' };
  }
  if (!range.events.some((event) => 'introduced' in event)) {
    return { kind: 'unknown', reason: 'a version range has no "introduced" event' };
  }
  if (!RANGES.has(range.type)) return { kind: 'unknown', reason: `its range is of the type ${range.type}` };
  const sorted = sortEvents(range.events, ecosystem);
  if (sorted === null) return { kind: 'unknown', reason: `its versions have no known order (${ecosystem})` };
  let inside = false;
  // A last version where nothing was open, which may be the only one of what is introduced there.
  let single: string | null = null;
  for (const event of sorted) {
    const order = compareAt(ecosystem, version, versionOf(event));
    if (order === null) return { kind: 'unknown', reason: noPlace(ecosystem, version) };
    if ('introduced' in event && order >= 0) {
      const isPast: boolean = order > 0 && single !== null && compareAt(ecosystem, single, event.introduced) === 0;
      inside = inside || !isPast;
    }
    if ('fixed' in event && order >= 0) inside = false;
    if ('limit' in event && event.limit !== '*' && order >= 0) inside = false;
    if ('last_affected' in event && order > 0) {
      single = inside ? null : event.last_affected;
      inside = false;
    }
  }
  return inside ? { kind: 'affected', ...fixAfter([range], ecosystem, version) } : { kind: 'not-affected' };
}

/** Whose records say "a false positive" with a fix in version 0. */
const FALSE_POSITIVES: ReadonlySet<string> = new Set(['Chainguard', 'Wolfi']);

/**
 * Whether a range says, as Chainguard's feeds do, that no version has the vulnerability. Anywhere else, and beside another
 * fix, a fix in version 0 is a mistake that clears nothing.
 *
 * @see https://github.com/chainguard-dev/vulnerability-scanner-support/blob/main/docs/osv_v3_feed.md
 */
function saysFalsePositive({ events }: OsvRange, fixes: readonly string[], ecosystem: string): boolean {
  return (
    FALSE_POSITIVES.has(ecosystemFamily(ecosystem)) &&
    fixes.length === 1 &&
    events.every((event) => 'fixed' in event || ('introduced' in event && event.introduced === '0'))
  );
}

function fixAfter(ranges: readonly OsvRange[], ecosystem: string, version: string): { fixedIn?: string } {
  const fixes = ranges
    .flatMap(({ events }) => events)
    .flatMap((event) => ('fixed' in event ? [event.fixed] : []))
    .filter((fix) => (compareAt(ecosystem, fix, version) ?? -1) > 0)
    .sort((a, b) => compareAt(ecosystem, a, b) ?? 0);
  return fixes[0] === undefined ? {} : { fixedIn: fixes[0] };
}

function sortEvents(events: readonly OsvEvent[], ecosystem: string): readonly OsvEvent[] | null {
  const [first] = events;
  if (
    first === undefined ||
    events.some((event) => compareAt(ecosystem, versionOf(event), versionOf(first)) === null)
  ) {
    return null;
  }
  // Of two events at one version, "introduced" comes last: a record that says both says that it is there.
  const rank = (event: OsvEvent) => ('last_affected' in event ? 0 : 'introduced' in event ? 2 : 1);
  return [...events].sort((a, b) => (compareAt(ecosystem, versionOf(a), versionOf(b)) ?? 0) || rank(a) - rank(b));
}

function versionOf(event: OsvEvent): string {
  if ('introduced' in event) return event.introduced;
  if ('fixed' in event) return event.fixed;
  return 'last_affected' in event ? event.last_affected : event.limit;
}

/** Every version that an entry writes, but for those that stand for the first and the last of all. */
export function versionsIn({ versions, ranges }: OsvAffected): readonly string[] {
  const written = [...versions, ...ranges.flatMap(({ events }) => events.map(versionOf))];
  return written.filter((version) => version !== '0' && version !== '*');
}

/** `0` is before every version and `*` after, in every ecosystem. */
function compareAt(ecosystem: string, a: string, b: string): number | null {
  if (a === '0' || b === '0') return Number(b === '0') - Number(a === '0');
  if (a === '*' || b === '*') return Number(a === '*') - Number(b === '*');
  return compareIn(ecosystem, a, b);
}
