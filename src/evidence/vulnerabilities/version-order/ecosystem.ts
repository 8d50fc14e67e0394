import pep440 from '@renovatebot/pep440';
import { compareApk } from './apk.js';
import { compareDeb } from './deb.js';
import type { VersionOrder } from './order.js';
import { compareRpm } from './rpm.js';
import { compareSemver } from './semver.js';

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
 * Null where we lack the ecosystem's order, or where one of two versions of a language's packages has not its grammar:
 * nothing may be concluded then. The package managers of distributions give every text a place, and so do their orders.
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

/** Whether a version has a place in the order of its ecosystem; false for each where we lack the order. */
export function hasPlace(ecosystem: string, version: string): boolean {
  return compareIn(ecosystem, version, version) !== null;
}

/** Whether we have the version order of an OSV ecosystem at all. */
export function hasOrder(ecosystem: string): boolean {
  return hasPlace(ecosystem, '1.0.0');
}
