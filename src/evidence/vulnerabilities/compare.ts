import type { Vulnerability } from './vulnerabilities.js';

/** What one image has and another does not: by weakness, whichever package has it. */
export interface FoundDifference {
  readonly brought: readonly Vulnerability[];
  readonly gone: readonly Vulnerability[];
}

/**
 * Compares what was found in two images that were held against the same data. A weakness is the same by any of its names:
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
  const names = new Set(others.flatMap(({ ids }) => ids));
  return found.filter(({ ids }) => !ids.some((id) => names.has(id)));
}
