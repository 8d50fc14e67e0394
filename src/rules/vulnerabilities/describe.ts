import { groupBy, optionalField } from '../../lib/collections.js';
import { listed } from '../../lib/text.js';
import { compareIn } from '../../packages/versions/ecosystem.js';
import { urgencyOf, worse } from '../../vulnerabilities/matching/severity.js';
import type { KnownVulnerabilities, Vulnerability } from '../../vulnerabilities/vulnerabilities.js';
import type { VulnerabilityGroup } from './vulnerability-group.js';

/** By package, since packages are what can be updated: each vulnerability in it is fixed by the highest fix. The worst come first. */
export function groups(found: readonly Vulnerability[]): readonly VulnerabilityGroup[] {
  const byPackage = groupBy(found, ({ package: about }) =>
    JSON.stringify([about.source ?? about.name, about.version, about.ecosystem]),
  );
  return [...byPackage.values()].map(groupOf).sort((a, b) => rankOf(b) - rankOf(a));
}

function groupOf(found: readonly [Vulnerability, ...Vulnerability[]]): VulnerabilityGroup {
  const { version, ecosystem } = found[0].package;
  const open = new Set(found.filter((one) => one.fixedIn === undefined).map(({ id }) => id));
  const fixedIn = found
    .flatMap((one) => (one.fixedIn === undefined || open.has(one.id) ? [] : [one.fixedIn]))
    .reduce<string | undefined>(
      (highest, fix) => (highest === undefined || (compareIn(ecosystem, fix, highest) ?? 0) > 0 ? fix : highest),
      undefined,
    );
  const all = distinct(found)
    .map(({ id, rating, exploited, possible, subscription }) => ({
      id,
      severity: rating.severity,
      exploited,
      possible,
      ...optionalField('subscription', subscription),
    }))
    .sort((a, b) => urgencyOf(b) - urgencyOf(a));
  return {
    packages: [...new Set(found.map(({ package: about }) => about.name))].sort(),
    version,
    ...optionalField('fixedIn', fixedIn),
    fixed: all.filter(({ id }) => !open.has(id)),
    unfixed: all.filter(({ id }) => open.has(id)),
  };
}

/** One of each vulnerability, however many packages have it: the worst rated one. */
export function distinct(found: readonly Vulnerability[]): readonly Vulnerability[] {
  return [...groupBy(found, ({ id }) => id).values()].map((same) => ({
    ...same[0],
    rating: same.map(({ rating }) => rating).reduce(worse),
    exploited: same.some(({ exploited }) => exploited),
    possible: same.every(({ possible }) => possible),
  }));
}

function rankOf({ fixed, unfixed }: VulnerabilityGroup): number {
  return Math.max(...[...fixed, ...unfixed].map(urgencyOf));
}

/** `3 known vulnerabilities in openssl 3.1.4-r0 and busybox 1.36.1-r0`, of which at most three packages are named. */
export function summary(found: readonly Vulnerability[]): string {
  const count = distinct(found).length;
  const places = groups(found).map(({ packages, version }) => `${packages[0] ?? ''} ${version}`);
  return `${count} known ${count === 1 ? 'vulnerability' : 'vulnerabilities'} in ${listed([...new Set(places)])}`;
}

/** The queried sources, and the age of their data. */
export function sourcesLine({ sources, exploitedList }: KnownVulnerabilities): readonly string[] {
  const lines = sources.map(({ name, asOf, instead }) => {
    const age = asOf === undefined ? '' : ` as of ${day(asOf)}`;
    return `source: ${name}${age}${instead === undefined ? '' : `, an earlier answer because ${instead}`}`;
  });
  if (exploitedList.status === 'read')
    lines.push(`source: CISA's known exploited vulnerabilities as of ${day(exploitedList.asOf)}`);
  return [...new Set(lines)];
}

/** The UTC day of a time in milliseconds, as `2026-11-21`. */
export function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
