import { groupBy } from '../../evidence/vulnerabilities/group-by.js';
import { worse } from '../../evidence/vulnerabilities/severity.js';
import type { KnownVulnerabilities, Vulnerability } from '../../evidence/vulnerabilities/vulnerabilities.js';
import { listed } from '../contents.js';

/** Vulnerabilities of packages of one origin and version that one fix mends. */
interface Group {
  readonly packages: readonly string[];
  readonly version: string;
  readonly fixedIn?: string;
  readonly vulnerabilities: readonly Vulnerability[];
}

/** By package and fix, since that is what somebody can do something about. The worst come first. */
export function groups(found: readonly Vulnerability[]): readonly Group[] {
  const byFix = groupBy(found, ({ package: about, fixedIn }) =>
    JSON.stringify([about.source ?? about.name, about.version, about.ecosystem, fixedIn]),
  );
  return [...byFix.values()]
    .map((vulnerabilities): Group => {
      const [first] = vulnerabilities;
      const names = [...new Set(vulnerabilities.map(({ package: about }) => about.name))].sort();
      return {
        packages: names,
        version: first?.package.version ?? '',
        ...(first?.fixedIn === undefined ? {} : { fixedIn: first.fixedIn }),
        vulnerabilities: distinct(vulnerabilities),
      };
    })
    .sort((a, b) => rankOf(b) - rankOf(a));
}

/** One of each weakness, however many packages have it: the worst rated one. */
export function distinct(found: readonly Vulnerability[]): readonly Vulnerability[] {
  return [...groupBy(found, ({ id }) => id).values()].flatMap((same) =>
    same.slice(0, 1).map((first) => ({
      ...first,
      rating: same.map(({ rating }) => rating).reduce(worse, first.rating),
      possible: same.every(({ possible }) => possible),
    })),
  );
}

const ORDER = ['none', 'unknown', 'low', 'medium', 'high', 'critical'];

function rankOf({ vulnerabilities }: Group): number {
  return Math.max(
    ...vulnerabilities.map(({ exploited, rating }) => (exploited ? 10 : 0) + ORDER.indexOf(rating.severity)),
  );
}

/** `libcrypto3 and libssl3 3.1.4-r0, mended in 3.1.5-r0: CVE-2026-0001 (high, known to be exploited)` */
export function groupLine({ packages, version, fixedIn, vulnerabilities }: Group): string {
  const fix = fixedIn === undefined ? 'no fix known' : `mended in ${fixedIn}`;
  return `${listed(packages, 5)} ${version}, ${fix}: ${vulnerabilities.map(described).join(', ')}`;
}

function described({ id, rating, exploited, possible }: Vulnerability): string {
  const words = [
    rating.severity === 'unknown' ? 'of unknown severity' : rating.severity,
    ...(exploited ? ['known to be exploited'] : []),
    ...(possible ? ['possibly: it is told of what the package was built from'] : []),
  ];
  return `${id} (${words.join(', ')})`;
}

/** `3 known vulnerabilities in openssl 3.1.4-r0 and busybox 1.36.1-r0`, of which at most three packages are named. */
export function summary(found: readonly Vulnerability[]): string {
  const count = distinct(found).length;
  const places = groups(found).map(({ packages, version }) => `${packages[0] ?? ''} ${version}`);
  return `${count} known ${count === 1 ? 'vulnerability' : 'vulnerabilities'} in ${listed([...new Set(places)])}`;
}

/** Who was asked, and how old what they know is. */
export function sourcesLine({ sources, exploitedList }: KnownVulnerabilities): readonly string[] {
  const asked = sources.map(({ name, asOf, instead }) => {
    const age = asOf === undefined ? '' : ` as of ${day(asOf)}`;
    return `asked: ${name}${age}${instead === undefined ? '' : `, an earlier answer because ${instead}`}`;
  });
  if (exploitedList.status === 'read')
    asked.push(`asked: CISA's known exploited vulnerabilities as of ${day(exploitedList.asOf)}`);
  return asked;
}

export function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
