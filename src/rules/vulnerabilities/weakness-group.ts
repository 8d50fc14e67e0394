import type { Severity } from '../../evidence/vulnerabilities/severity.js';
import { listed } from '../../listed.js';

/** Weaknesses of packages of one origin and version, which is one thing to replace: data alone, as reports print it. */
export interface WeaknessGroup {
  readonly packages: readonly string[];
  readonly version: string;
  /** The version that mends everything that is mended at all. */
  readonly fixedIn?: string;
  readonly mended: readonly GroupedWeakness[];
  /** Those that no version is known to mend, in one of the packages at least. */
  readonly unfixed: readonly GroupedWeakness[];
}

export interface GroupedWeakness {
  readonly id: string;
  readonly severity: Severity;
  readonly exploited: boolean;
  /** It is told of what the package was built from, and may concern another part of it. */
  readonly possible: boolean;
}

/** Identifiers of one line; the JSON report has them all. */
const MAX_IDENTIFIERS = 6;

/** `libcrypto3 and libssl3 3.1.4-r0, mended in 3.1.5-r0: CVE-2026-0001 (high, known to be exploited); no fix known: CVE-2026-0002 (low)` */
export function groupLine({ packages, version, fixedIn, mended, unfixed }: WeaknessGroup): string {
  const parts = [
    ...(mended.length === 0 ? [] : [`mended in ${fixedIn ?? ''}: ${identifiers(mended)}`]),
    ...(unfixed.length === 0 ? [] : [`no fix known: ${identifiers(unfixed)}`]),
  ];
  return `${listed(packages, 5)} ${version}, ${parts.join('; ')}`;
}

function identifiers(found: readonly GroupedWeakness[]): string {
  const shown = found.slice(0, MAX_IDENTIFIERS).map(described);
  const left = found.length - shown.length;
  return `${shown.join(', ')}${left === 0 ? '' : ` and ${left} more`}`;
}

function described({ id, severity, exploited, possible }: GroupedWeakness): string {
  const words = [
    severity === 'unknown' ? 'of unknown severity' : severity,
    ...(exploited ? ['known to be exploited'] : []),
    ...(possible ? ['possibly: it is told of what the package was built from'] : []),
  ];
  return `${id} (${words.join(', ')})`;
}
