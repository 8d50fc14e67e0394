import { groupBy, optionalField } from '../../lib/collections.js';
import type { OsvRecord } from '../sources/osv-record.js';
import type { VulnerabilitySource } from '../sources/source.js';
import type { Vulnerability } from '../vulnerabilities.js';
import { earliest } from './fold.js';
import { isWithdrawn } from './match.js';
import { type Rating, rate, worse } from './severity.js';

/** Names whose records are about the vulnerability itself. */
const RATABLE = /^(?:CVE-[0-9]{4}-[0-9]{4,19}|GHSA(?:-[0-9a-z]{4}){3})$/;

/**
 * Rates what its publisher does not rate (SUSE, openSUSE, Wolfi, MinimOS and others) by the records of its CVE or GHSA,
 * and dates by them what has no date, as in Alpine's security database.
 * What stays unknown, also because a record is unavailable, stays unknown: the policy decides how it counts.
 */
export async function rateByName(
  found: readonly Vulnerability[],
  { vulnerabilities }: { readonly vulnerabilities: readonly VulnerabilitySource[] },
): Promise<readonly Vulnerability[]> {
  const isUnrated = ({ rating }: Vulnerability) => rating.severity === 'unknown';
  const names = [...new Set(found.filter(isUnrated).flatMap(ratableNames))];
  if (names.length === 0) return found;
  const records = (await Promise.all(vulnerabilities.map((source) => source.named?.(names) ?? []))).flat();
  const byName = groupBy(
    records.filter((record) => !isWithdrawn(record)),
    ({ id }) => id,
  );
  return found.map((one) => {
    if (!isUnrated(one)) return one;
    const ratings = ratableNames(one).flatMap((name) => (byName.get(name) ?? []).flatMap(ratingsOf));
    const published = one.published ?? earliest(ratableNames(one).flatMap((name) => byName.get(name) ?? []));
    return { ...one, rating: ratings.reduce<Rating>(worse, one.rating), ...optionalField('published', published) };
  });
}

function ratableNames({ ids }: Vulnerability): readonly string[] {
  return ids.filter((id) => RATABLE.test(id));
}

/** The record's own rating, and where it has none those of its entries. */
function ratingsOf(record: OsvRecord): readonly Rating[] {
  const own = rate(record, null);
  return own.severity === 'unknown' ? record.affected.map((entry) => rate(record, entry)) : [own];
}
