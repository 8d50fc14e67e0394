import packages from './packages.generated.json' with { type: 'json' };

/** Whose names a package manager takes: apt, dnf and yum, apk. */
export type Distribution = 'debian' | 'fedora' | 'alpine';

const names = new Set(packages.names);
const pairs = {
  debian: new Map(Object.entries(packages.debian)),
  fedora: new Map(Object.entries(packages.fedora)),
  alpine: new Map<string, readonly string[]>(),
} as const satisfies Record<Distribution, unknown>;

/**
 * The packages of Wolfi that stand for a package of another distribution: none where nothing has to be installed.
 * Undefined where no counterpart is known.
 */
export function wolfiPackages(distribution: Distribution, name: string): readonly string[] | undefined {
  return pairs[distribution].get(name) ?? (names.has(name) ? [name] : undefined);
}
