import { optionalField } from '../../lib/collections.js';
import { compareIn } from '../../packages/versions/ecosystem.js';
import type { OsvRecord } from '../sources/osv-record.js';
import type { Vulnerability } from '../vulnerabilities.js';
import { isUnresolvedWinning, type Match } from './match.js';
import { type Rating, rate, worse } from './severity.js';
import { otherNames, vulnerabilityGroupsOf } from './vulnerability-group.js';

/**
 * Makes one vulnerability of everything that shows of one vulnerability in one package. Of several fixes the highest counts;
 * where an ecosystem's records contradict each other, a vulnerability that one of them leaves open is open. Of several
 * ratings the worst counts, of several dates of publication the first.
 */
export function foldMatches(matches: readonly Match[], exploited: ReadonlySet<string>): readonly Vulnerability[] {
  const vulnerabilities = vulnerabilityGroupsOf([...new Set(matches.map(({ record }) => record))]);
  const groups = new Map<string, { readonly id: string; readonly matches: Match[] }>();
  for (const match of matches) {
    for (const id of vulnerabilities.get(match.record) ?? [match.record.id]) {
      const { purl, where, name } = match.query.package;
      const key = [id, purl, where, name].join('\n');
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { id, matches: [match] });
      else group.matches.push(match);
    }
  }
  return [...groups.values()]
    .flatMap((group) => vulnerabilityOf(group.id, group.matches, exploited))
    .sort(
      (a, b) =>
        compare(a.package.name, b.package.name) || compare(a.id, b.id) || compare(a.package.purl, b.package.purl),
    );
}

function vulnerabilityOf(
  id: string,
  matches: readonly Match[],
  exploited: ReadonlySet<string>,
): readonly Vulnerability[] {
  const certain = matches.filter(({ query }) => query.about === 'package');
  const counting = certain.length > 0 ? certain : matches;
  const [first] = counting;
  if (first === undefined) return [];
  const { package: about, ecosystem } = first.query;
  const ids = [...new Set([id, ...counting.flatMap(({ record }) => [record.id, ...otherNames(record)])])];
  const published = earliest(counting.map(({ record }) => record));
  const fixedIn = fixOf(counting, ecosystem);
  const subscription = counting.find((match) => match.subscription !== undefined)?.subscription;
  const summary = counting.map(({ record }) => record.summary).find((text) => typeof text === 'string' && text !== '');
  return [
    {
      id,
      ids,
      package: {
        name: about.name,
        version: about.version,
        purl: about.purl,
        ecosystem,
        ...(about.source.name === about.name ? {} : { source: about.source.name }),
      },
      rating: counting.map(({ record, entry }) => rate(record, entry)).reduce<Rating>(worse, UNRATED),
      ...optionalField('fixedIn', fixedIn),
      ...(fixedIn === undefined ? optionalField('subscription', subscription) : {}),
      ...optionalField('published', published),
      exploited: ids.some((name) => exploited.has(name)),
      possible: certain.length === 0,
      records: [...new Set(counting.map(({ record }) => record.id))],
      ...(typeof summary === 'string' ? { summary: summary.slice(0, 300) } : {}),
    },
  ];
}

const UNRATED: Rating = { severity: 'unknown', from: 'no source rates it' };

function fixOf(matches: readonly Match[], ecosystem: string): string | undefined {
  if (isUnresolvedWinning(ecosystem) && matches.some(({ fixedIn }) => fixedIn === undefined)) return undefined;
  return matches
    .flatMap(({ fixedIn }) => fixedIn ?? [])
    .reduce<string | undefined>(
      (highest, fix) => (highest === undefined || (compareIn(ecosystem, fix, highest) ?? 0) > 0 ? fix : highest),
      undefined,
    );
}

/** When the first of some records was published: milliseconds since 1970; undefined where none has a date. */
export function earliest(records: readonly OsvRecord[]): number | undefined {
  const times = records.map(({ published }) => Date.parse(published ?? '')).filter((time) => !Number.isNaN(time));
  return times.length === 0 ? undefined : Math.min(...times);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
