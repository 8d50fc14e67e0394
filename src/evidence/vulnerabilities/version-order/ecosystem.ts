import pep440 from '@renovatebot/pep440';
import semver from 'semver';
import { compareApk } from './apk.js';
import { compareDeb } from './deb.js';
import type { VersionOrder } from './order.js';
import { compareRpm } from './rpm.js';

const ORDERS: Readonly<Record<string, VersionOrder>> = {
  Alpaquita: compareApk,
  Alpine: compareApk,
  'BellSoft Hardened Containers': compareApk,
  Chainguard: compareApk,
  MinimOS: compareApk,
  Wolfi: compareApk,
  Debian: compareDeb,
  Echo: compareDeb,
  Ubuntu: compareDeb,
  AlmaLinux: compareRpm,
  'Azure Linux': compareRpm,
  Mageia: compareRpm,
  'Red Hat': compareRpm,
  'Rocky Linux': compareRpm,
  SUSE: compareRpm,
  openEuler: compareRpm,
  openSUSE: compareRpm,
};

/**
 * Whether `a` is older (< 0), the same (0) or newer (> 0) than `b` in an OSV ecosystem (`Alpine:v3.20`, `npm` …).
 * Null where we lack the ecosystem's order, or a version does not have its grammar: nothing may be concluded then.
 *
 * @see https://ossf.github.io/osv-schema/#affectedpackage-field the names of ecosystems
 */
export function compareIn(ecosystem: string, a: string, b: string): number | null {
  const name = ecosystem.split(':', 1)[0] ?? '';
  const order = Object.hasOwn(ORDERS, name) ? ORDERS[name] : undefined;
  if (order !== undefined) return order(a, b);
  if (name === 'npm' || name === 'Go' || name === 'crates.io') return compareSemver(a, b);
  if (name === 'PyPI') return pep440.valid(a) === null || pep440.valid(b) === null ? null : pep440.compare(a, b);
  return null;
}

/** Whether we have the version order of an OSV ecosystem at all. */
export function hasOrder(ecosystem: string): boolean {
  return compareIn(ecosystem, '1.0.0', '1.0.0') !== null;
}

function compareSemver(a: string, b: string): number | null {
  const x = semver.parse(a, { loose: true });
  const y = semver.parse(b, { loose: true });
  return x === null || y === null ? null : semver.compare(x, y);
}
