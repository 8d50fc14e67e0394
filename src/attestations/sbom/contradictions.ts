import type { SbomPackage, SbomRelationship } from './sbom.js';

/** Where each id stands first in a list of packages. */
export type PackageIndexes = ReadonlyMap<string, number>;

/** Finds each id's first package; an id that stands twice is one of the contradictions. */
export function indexPackages(packages: readonly SbomPackage[]): PackageIndexes {
  const indexes = new Map<string, number>();
  for (let i = packages.length - 1; i >= 0; i -= 1) indexes.set(packages[i]?.id ?? '', i);
  return indexes;
}

/**
 * What a document says twice and differently: one id for two packages that differ, and packages that contain themselves.
 * (DEPENDS_ON may go in circles: libc6 and libgcc-s1 of Debian do.) Takes time in proportion to the document.
 */
export function findContradictions(
  packages: readonly SbomPackage[],
  indexes: PackageIndexes,
  relationships: readonly SbomRelationship[],
): readonly string[] {
  const found: string[] = [];
  // Where every id is the index's own, no two packages share one.
  if (indexes.size < packages.length) {
    for (const item of packages) {
      const first = packages[indexes.get(item.id) ?? -1];
      if (first === undefined || first === item) continue;
      if (first.name !== item.name || first.version !== item.version || first.purl !== item.purl) {
        found.push(`${item.id} is ${label(first)} at ${first.at} and ${label(item)} at ${item.at}`);
      }
    }
  }
  for (const id of idsInContainmentCycles(relationships)) found.push(`${id} contains itself`);
  return found;
}

function label(item: SbomPackage): string {
  return item.version === undefined ? `"${item.name}"` : `"${item.name}" ${item.version}`;
}

/**
 * The ids of packages that contain themselves, directly or through others: of those that contain something, removes again
 * and again what none of the others contains. What is left stands in a circle, or between two.
 */
function idsInContainmentCycles(relationships: readonly SbomRelationship[]): readonly string[] {
  const containers = new Map<string, number>();
  for (const { from, type, to } of relationships) {
    if (type === 'CONTAINS') containers.set(from, 0);
    else if (type === 'CONTAINED_BY') containers.set(to, 0);
  }
  const contained = new Map<string, string[]>();
  for (const { from, type, to } of relationships) {
    if (type !== 'CONTAINS' && type !== 'CONTAINED_BY') continue;
    const [outer, inner] = type === 'CONTAINS' ? [from, to] : [to, from];
    // Nearly everything that is contained contains nothing itself, and can be in no circle.
    const count = containers.get(inner);
    if (count === undefined) continue;
    containers.set(inner, count + 1);
    const row = contained.get(outer);
    if (row === undefined) contained.set(outer, [inner]);
    else row.push(inner);
  }
  const free = [...containers].filter(([, count]) => count === 0).map(([id]) => id);
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    containers.delete(id);
    for (const inner of contained.get(id) ?? []) {
      const left = (containers.get(inner) ?? 0) - 1;
      containers.set(inner, left);
      if (left === 0) free.push(inner);
    }
  }
  return [...containers.keys()];
}
