import { err, ok, type Result } from '../../lib/result.js';
import type { Distribution, PackageType } from '../../packages/inventory.js';
import { hasOrder } from '../../packages/versions/ecosystem.js';

/** How the advisories of a distribution are queried. */
export interface DistributionEcosystem {
  readonly packages: 'apk' | 'deb' | 'rpm';
  /** OSV's names for it: Chainguard's packages are Wolfi's in part, Red Hat's records name a repository each. */
  readonly ecosystems: readonly string[];
  /** What its records call packages: what they are built from, what is installed, or now this and now that. */
  readonly names: 'source' | 'own' | 'both';
}

type Naming = (distribution: Distribution) => readonly string[] | null;

const major: (prefix: string) => Naming = (prefix) => (distribution) => {
  const release = /^[0-9]+/.exec(distribution.versionId ?? '')?.[0];
  return release === undefined ? null : [`${prefix}:${release}`];
};
const whole: (prefix: string) => Naming = (prefix) => (distribution) =>
  distribution.versionId !== undefined && /^[0-9][0-9.]{0,15}$/.test(distribution.versionId)
    ? [`${prefix}:${distribution.versionId}`]
    : null;
const always: (...names: readonly string[]) => Naming =
  (...names) =>
  () =>
    names;

/** A release that is still being made (`3.23_alpha20250612`, edge) has no advisories of its own. */
const alpine: Naming = ({ versionId = '' }) => {
  const release = /^([0-9]+\.[0-9]+)(?:\.[0-9]+)?$/.exec(versionId)?.[1];
  return release === undefined ? null : [`Alpine:v${release}`];
};

/** Red Hat's records name the repository a package comes from, which an image does not tell: those of every image count. */
const redHat: Naming = ({ versionId = '' }) => {
  const release = /^([89])(?:\.|$)/.exec(versionId)?.[1];
  return release === undefined
    ? null
    : ['baseos', 'appstream', 'crb'].map((repository) => `Red Hat:enterprise_linux:${release}::${repository}`);
};

/** os-release's ID → OSV. @see https://ossf.github.io/osv-schema/#defined-ecosystems */
const DISTRIBUTIONS: Readonly<
  Record<string, Pick<DistributionEcosystem, 'packages' | 'names'> & { readonly name: Naming }>
> = {
  alpine: { packages: 'apk', names: 'source', name: alpine },
  wolfi: { packages: 'apk', names: 'both', name: always('Wolfi') },
  chainguard: { packages: 'apk', names: 'both', name: always('Chainguard', 'Wolfi') },
  minimos: { packages: 'apk', names: 'both', name: always('MinimOS') },
  debian: { packages: 'deb', names: 'source', name: major('Debian') },
  ubuntu: { packages: 'deb', names: 'source', name: whole('Ubuntu') },
  almalinux: { packages: 'rpm', names: 'both', name: major('AlmaLinux') },
  rocky: { packages: 'rpm', names: 'both', name: major('Rocky Linux') },
  rhel: { packages: 'rpm', names: 'both', name: redHat },
  azurelinux: { packages: 'rpm', names: 'both', name: major('Azure Linux') },
  mageia: { packages: 'rpm', names: 'both', name: major('Mageia') },
  'opensuse-leap': {
    packages: 'rpm',
    names: 'both',
    name: (distribution) => whole('')(distribution)?.map((release) => `openSUSE:Leap ${release.slice(1)}`) ?? null,
  },
  'opensuse-tumbleweed': { packages: 'rpm', names: 'both', name: always('openSUSE:Tumbleweed') },
};

/** Fails with a sentence that says what is missing: without an ecosystem no source can be queried. */
export function distributionEcosystem(distribution: Distribution | null): Result<DistributionEcosystem, string> {
  if (distribution === null) return err('there is no os-release that names the distribution');
  const { id, versionId, prettyName } = distribution;
  const known = Object.hasOwn(DISTRIBUTIONS, id) ? DISTRIBUTIONS[id] : undefined;
  const called = prettyName ?? [id, versionId].filter((part) => part !== undefined).join(' ');
  if (known === undefined) return err(`no source of advisories covers ${called} (${distribution.where})`);
  const ecosystems = known.name(distribution);
  if (ecosystems === null) {
    const release = versionId === undefined ? 'no release' : `the release ${versionId}`;
    return err(`${distribution.where} says ${release} of ${called}, which no source of advisories covers`);
  }
  return ok({ packages: known.packages, names: known.names, ecosystems });
}

/** The ecosystems of packages that are of no distribution. */
export const LANGUAGE_ECOSYSTEMS = { npm: 'npm', pypi: 'PyPI' } as const satisfies Partial<Record<PackageType, string>>;

/**
 * One spelling of an ecosystem: records of Ubuntu's long-term releases say `Ubuntu:22.04:LTS`, queries `Ubuntu:22.04`.
 * Records of the paid `Ubuntu:Pro:22.04:LTS` stay apart, since their fixes are for subscribers only.
 */
export function normalizeEcosystem(ecosystem: string): string {
  return ecosystem.startsWith('Ubuntu:') && ecosystem.endsWith(':LTS') && !ecosystem.startsWith('Ubuntu:Pro:')
    ? ecosystem.slice(0, -':LTS'.length)
    : ecosystem;
}

/** Long-term releases of Ubuntu, which `Ubuntu:Pro` goes on fixing. */
const UBUNTU_LTS = /^Ubuntu:([0-9]*[02468]\.04)$/;
const UBUNTU_PRO = /^Ubuntu:Pro:([0-9]+\.04):LTS$/;

/** `Ubuntu:Pro:24.04:LTS` of `Ubuntu:24.04`: records about packages that only subscribers get fixes of. */
export function subscriptionEcosystem(ecosystem: string): string | undefined {
  const release = UBUNTU_LTS.exec(ecosystem)?.[1];
  return release === undefined ? undefined : `Ubuntu:Pro:${release}:LTS`;
}

/** The ecosystem whose packages are public: `Ubuntu:24.04` of `Ubuntu:Pro:24.04:LTS`, others as they are. */
export function publicEcosystem(ecosystem: string): string {
  const release = UBUNTU_PRO.exec(ecosystem)?.[1];
  return release === undefined ? ecosystem : `Ubuntu:${release}`;
}

/**
 * How records may write an ecosystem that a query names: as it is, or without its release, where they are about every
 * one of them. Both are in one spelling.
 *
 * @see https://ossf.github.io/osv-schema/#defined-ecosystems the release "might optionally" be there
 */
export function spellingsOf(ecosystem: string): readonly string[] {
  const normal = normalizeEcosystem(ecosystem);
  const family = ecosystemFamily(ecosystem);
  return normal === family ? [family] : [normal, family];
}

/** `Alpine` of `Alpine:v3.20`: whose version order holds, and how exports are divided. */
export function ecosystemFamily(ecosystem: string): string {
  const colon = ecosystem.indexOf(':');
  return colon < 0 ? ecosystem : ecosystem.slice(0, colon);
}

const DISTRIBUTION_FAMILIES: ReadonlySet<string> = new Set([
  'Alpine',
  'Wolfi',
  'Chainguard',
  'MinimOS',
  'Debian',
  'Ubuntu',
  'AlmaLinux',
  'Rocky Linux',
  'Red Hat',
  'Azure Linux',
  'Mageia',
  'openSUSE',
  'SUSE',
]);

/** Whether an ecosystem is a distribution's, of any release. */
export function isDistributionFamily(ecosystem: string): boolean {
  return DISTRIBUTION_FAMILIES.has(ecosystemFamily(ecosystem));
}

/** Whose publishers announce fixes: what has none yet is in none of their records. */
const FIXES_ONLY: ReadonlySet<string> = new Set([
  'Alpine',
  'AlmaLinux',
  'Mageia',
  'Red Hat',
  'Rocky Linux',
  'openSUSE',
  'SUSE',
]);

/** Whether the advisories of an ecosystem leave out what no version fixes, so that none of them is no proof. */
export function hasFixesOnly(ecosystem: string): boolean {
  return FIXES_ONLY.has(ecosystemFamily(ecosystem));
}

/** Whether the public export has a directory of this name, whether or not we have its version order. */
export function isKnownFamily(family: string): boolean {
  return hasOrder(family) || UNORDERED.has(family);
}

/** @see https://google.github.io/osv.dev/data/#current-data-sources */
const UNORDERED: ReadonlySet<string> = new Set([
  'Android',
  'GIT',
  'GitHub Actions',
  'Hackage',
  'Hex',
  'Julia',
  'Linux',
  'OSS-Fuzz',
  'Pub',
  'SwiftURL',
  'VSCode',
]);

/** A name as its ecosystem compares it. @see https://peps.python.org/pep-0503/#normalized-names */
export function normalizeName(ecosystem: string, name: string): string {
  if (ecosystem === 'PyPI') return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
  // Packagist's names are lower case, which Composer does not require, and NuGet's are compared without regard to it.
  return ecosystem === 'Packagist' || ecosystem === 'NuGet' ? name.toLowerCase() : name;
}
