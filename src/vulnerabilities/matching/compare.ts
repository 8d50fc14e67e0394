import type { Vulnerability } from '../vulnerabilities.js';

/** What one image has and another does not: by vulnerability, in any package. */
export interface FoundDifference {
  readonly brought: readonly Vulnerability[];
  readonly gone: readonly Vulnerability[];
}

/**
 * Compares what was found in two images that were compared with the same data. A vulnerability is the same by any of its names:
 * what one image's records call by its CVE, another's may call by an alias alone.
 */
export function compareFound(before: readonly Vulnerability[], after: readonly Vulnerability[]): FoundDifference {
  return { brought: without(after, before), gone: without(before, after) };
}

/** Those that no VEX statement silences. */
export function openOf(found: readonly Vulnerability[]): readonly Vulnerability[] {
  return found.filter(({ vex }) => vex?.silences !== true);
}

function without(found: readonly Vulnerability[], others: readonly Vulnerability[]): readonly Vulnerability[] {
  const shared = new Set([...namesOfSeveral(found), ...namesOfSeveral(others)]);
  const names = new Set(others.flatMap(({ ids }) => ids));
  return found.filter(({ id, ids }) => !ids.some((name) => names.has(name) && (name === id || !shared.has(name))));
}

/** Names that are of more than one vulnerability: notices of distributions, which make none of these another. */
function namesOfSeveral(found: readonly Vulnerability[]): readonly string[] {
  const bearers = new Map<string, string>();
  const shared: string[] = [];
  for (const { id, ids } of found) {
    for (const name of ids) {
      const bearer = bearers.get(name);
      if (bearer === undefined) bearers.set(name, id);
      else if (bearer !== id) shared.push(name);
    }
  }
  return shared;
}
