import type { Inventory } from '../../packages/inventory.js';
import { parsePurl } from '../../packages/purl.js';
import { normalizeName } from '../../packages/purl-types.js';
import { type DistributionPackage, distributionPackages, isRpmKey, normalizeVersion } from './distribution-packages.js';
import type { Sbom } from './sbom.js';

/** What an SBOM and the package databases in the layers say differently. */
export interface Reconciliation {
  /** Installed, and not in the SBOM: what it hides. */
  readonly hidden: readonly string[];
  /** In the SBOM, and not installed. */
  readonly phantom: readonly string[];
  /** In both, in other versions. */
  readonly differing: readonly { readonly name: string; readonly inSbom: string; readonly inImage: string }[];
  /** Packages of the distribution that both have in the same version. */
  readonly agreed: number;
}

/**
 * Compares an SBOM with what package managers have really installed, both ways, by type, name and version. An npm or
 * Python package with metadata of its own, which no package of the distribution installed, may not be left out either; but
 * tools find more of those than have metadata, so those that only the SBOM has are no phantoms. Libraries inside
 * programs are not compared: nothing in the image lists them. An installed package that the SBOM lists without a usable
 * purl is taken by its name and version.
 */
export function reconcile(sbom: Sbom, inventory: Inventory): Reconciliation {
  const listed = versionsByPackage(distributionPackages(sbom));
  const withoutPurl = new Set(
    sbom.packages
      .filter(({ purl }) => purl === undefined || !parsePurl(purl).ok)
      .map(({ name, version }) => `${name}\n${normalizeVersion(version ?? '')}`),
  );
  const installed = versionsByPackage(
    inventory.packages.flatMap(({ type, name, version }) =>
      (type === 'apk' || type === 'deb' || type === 'rpm') && !isRpmKey(type, name)
        ? [{ type, name: normalizeName(type, name), version: normalizeVersion(version) }]
        : [],
    ),
  );

  const hidden: string[] = [];
  const phantom: string[] = [];
  const differing: { name: string; inSbom: string; inImage: string }[] = [];
  let agreed = 0;
  for (const [key, versions] of installed) {
    const reported = listed.get(key);
    const name = key.slice(key.indexOf('\n') + 1);
    const missing = [...versions].filter(
      (version) => !reported?.has(version) && !withoutPurl.has(`${name}\n${version}`),
    );
    agreed += versions.size - missing.length;
    if (missing.length === 0) continue;
    const others = [...(reported ?? [])].filter((version) => !versions.has(version));
    if (others.length === 0) hidden.push(...missing.map((version) => label(key, version)));
    else differing.push({ name: label(key), inSbom: others.join(' and '), inImage: missing.join(' and ') });
  }
  hidden.push(...hiddenLibraries(sbom, inventory, withoutPurl));
  for (const [key, versions] of listed) {
    const real = installed.get(key);
    if (real === undefined) phantom.push(...[...versions].map((version) => label(key, version)));
    // A version that replaces another was reported above, as a difference.
    else if ([...real].every((version) => versions.has(version))) {
      phantom.push(...[...versions].filter((version) => !real.has(version)).map((version) => label(key, version)));
    }
  }
  return { hidden: hidden.sort(), phantom: phantom.sort(), differing, agreed };
}

/** Archives that hold packages: the tools that make SBOMs look into few of them. */
const ARCHIVE = /!|\.(?:whl|egg|pex|pyz|zip|[jw]ar)$/;

function hiddenLibraries(sbom: Sbom, inventory: Inventory, withoutPurl: ReadonlySet<string>): readonly string[] {
  const installed = inventory.packages.filter(
    ({ type, partOf, where }) => (type === 'npm' || type === 'pypi') && partOf === undefined && !ARCHIVE.test(where),
  );
  if (installed.length === 0) return [];
  const listed = new Set<string>();
  for (const item of sbom.packages) {
    if (item.purl === undefined || !/^pkg:\/{0,2}(?:npm|pypi)\//i.test(item.purl)) continue;
    const purl = parsePurl(item.purl);
    if (!purl.ok) continue;
    const { type, namespace, version = item.version } = purl.value;
    // Dots are dashes as well: https://packaging.python.org/en/latest/specifications/name-normalization/
    const name = type === 'pypi' ? purl.value.name.replaceAll(/[-_.]+/g, '-') : purl.value.name;
    listed.add(`${type} ${namespace === undefined ? name : `${namespace}/${name}`} ${version ?? ''}`);
  }
  const reported = installed
    .filter(({ name, version }) => !withoutPurl.has(`${name}\n${version}`))
    .map(({ type, name, version }) => `${type} ${name} ${version}`);
  return [...new Set(reported)].filter((one) => !listed.has(one));
}

function versionsByPackage(packages: readonly DistributionPackage[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { type, name, version } of packages) {
    const key = `${type}\n${name}`;
    const versions = found.get(key) ?? new Set<string>();
    found.set(key, versions.add(version ?? ''));
  }
  return found;
}

function label(key: string, version?: string): string {
  const name = key.replace('\n', ' ');
  return version === undefined || version === '' ? name : `${name} ${version}`;
}
