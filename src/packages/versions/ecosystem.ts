import pep440 from '@renovatebot/pep440';
import { compareApk } from './apk.js';
import { compareCran } from './cran.js';
import { compareDeb } from './deb.js';
import { compareMaven } from './maven.js';
import { compareNuget } from './nuget.js';
import type { VersionOrder } from './order.js';
import { comparePackagist } from './packagist.js';
import { compareRpm } from './rpm.js';
import { compareRubyGems } from './rubygems.js';
import { compareSemver } from './semver.js';

/** Ecosystems whose versions are Semantic Versioning's. Bitnami numbers all its components so. */
const SEMANTIC: ReadonlySet<string> = new Set(['npm', 'Go', 'crates.io', 'Bitnami']);

/** Languages that have an order of their own. */
const OTHER: ReadonlySet<string> = new Set(['CRAN', 'Maven', 'RubyGems', 'NuGet', 'Packagist', 'PyPI']);

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
  if (name === 'CRAN') return compareCran(a, b);
  if (name === 'Maven') return compareMaven(a, b);
  if (name === 'RubyGems') return compareRubyGems(a, b);
  if (name === 'NuGet') return compareNuget(a, b);
  if (name === 'Packagist') return comparePackagist(a, b);
  if (SEMANTIC.has(name)) return compareSemver(a, b);
  if (name === 'PyPI') return pep440.valid(a) === null || pep440.valid(b) === null ? null : pep440.compare(a, b);
  return null;
}

/** Whether a version has a place in the order of its ecosystem; false for each where we lack the order. */
export function hasPlace(ecosystem: string, version: string): boolean {
  return compareIn(ecosystem, version, version) !== null;
}

/** Whether we have the version order of an OSV ecosystem at all. */
export function hasOrder(ecosystem: string): boolean {
  const name = ecosystem.split(':', 1)[0] ?? '';
  return Object.hasOwn(ORDERS, name) || SEMANTIC.has(name) || OTHER.has(name);
}

/** Shows spellings of one version from other versions: `1.0` of PyPI is `1.0.0`. */
export function sameAs(ecosystem: string, version: string): (other: string) => boolean {
  const start = startOf(version);
  return (other) => {
    if (other === version) return true;
    // Records list hundreds of versions, and reading one by the grammar of PEP 440 takes a hundred times as long as this.
    if (isLanguage(ecosystem) && ecosystem !== 'CRAN' && startOf(other) !== start) return false;
    return compareIn(ecosystem, other, version) === 0;
  };
}

function isLanguage(ecosystem: string): boolean {
  return !Object.hasOwn(ORDERS, ecosystem.split(':', 1)[0] ?? '');
}

/** The first two numbers after the epoch, which no two spellings of a language's version differ in. */
function startOf(version: string): string {
  const [, first = '', second = '0'] = /^\s*v?(?:[0-9]+!)?0*([0-9]+)(?:\.0*([0-9]+))?/i.exec(version) ?? [];
  return `${first}.${second}`;
}
