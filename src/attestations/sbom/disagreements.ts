import { distributionPackages } from './distribution-packages.js';
import { formatName, type Sbom } from './sbom.js';

const TOLD = 10;

/**
 * What two bills of materials of one image say differently of the distribution's packages; each a sentence. An image has
 * one package database, so there is one truth about these; of libraries inside programs, tools find more or fewer.
 * A document that lists no package of a type has nothing to say about that type.
 */
export function findDisagreements(first: Sbom, second: Sbom): readonly string[] {
  const one = versionsByType(first);
  const other = versionsByType(second);
  const found: string[] = [];
  for (const [type, names] of one) {
    const others = other.get(type);
    if (others === undefined) continue;
    for (const name of [...new Set([...names.keys(), ...others.keys()])].sort()) {
      const here = describe(names.get(name));
      const there = describe(others.get(name));
      if (here !== there) {
        found.push(
          `${formatName(first.format)} says ${type} ${name} ${here}, ${formatName(second.format)} says ${there}`,
        );
      }
    }
  }
  return found.length <= TOLD ? found : [...found.slice(0, TOLD), `and ${found.length - TOLD} more`];
}

function versionsByType(sbom: Sbom): ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>> {
  const types = new Map<string, Map<string, Set<string>>>();
  for (const { type, name, version } of distributionPackages(sbom)) {
    const names = types.get(type) ?? new Map<string, Set<string>>();
    types.set(type, names);
    const versions = names.get(name) ?? new Set<string>();
    names.set(name, versions);
    versions.add(version ?? 'of no version');
  }
  return types;
}

function describe(versions: ReadonlySet<string> | undefined): string {
  return versions === undefined ? 'is not there' : [...versions].sort().join(' and ');
}
