import { z } from 'zod';
import { type DeepReadonly, groupBy, optionalField } from '../../lib/collections.js';
import { parsePurl } from '../../packages/purl.js';
import { normalizeVersion } from './distribution-packages.js';

/** What a difference is reported by: packages of an SBOM and packages of a database both have it. */
export interface NamedPackage {
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
}

const entry = z.strictObject({ package: z.string(), version: z.exactOptional(z.string()) });

/** What changed between two lists of packages, as all JSON documents print it. */
const packageListsSchema = z.strictObject({
  added: z.array(entry),
  removed: z.array(entry),
  changed: z.array(
    z.strictObject({
      package: z.string(),
      before: z.exactOptional(z.string()),
      after: z.exactOptional(z.string()),
    }),
  ),
});

export const packageListsFields = packageListsSchema.shape;
export type PackageDiff = DeepReadonly<z.infer<typeof packageListsSchema>>;
export type DiffEntry = PackageDiff['added'][number];
/** A package whose version is not the same in both; a version that a document leaves out is absent here too. */
export type ChangedPackage = PackageDiff['changed'][number];

/**
 * Says what changed between two lists of packages. A package is the same in both if its purl is the same without version
 * and qualifiers (its name, where it has no purl that can be read); an rpm's epoch is a part of its version. Where several versions are installed side by side,
 * those found in both are set aside, and the rest is paired in order. All lists are sorted by package.
 */
export function diffPackages(before: readonly NamedPackage[], after: readonly NamedPackage[]): PackageDiff {
  const old = byIdentity(before);
  const now = byIdentity(after);
  const added: DiffEntry[] = [];
  const removed: DiffEntry[] = [];
  const changed: ChangedPackage[] = [];
  for (const identity of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const gone = without(old.get(identity) ?? [], now.get(identity) ?? []);
    const come = without(now.get(identity) ?? [], old.get(identity) ?? []);
    const pairs = Math.min(gone.length, come.length);
    for (let i = 0; i < pairs; i += 1) {
      changed.push({ package: identity, ...named('before', gone[i]), ...named('after', come[i]) });
    }
    for (const version of gone.slice(pairs)) removed.push({ package: identity, ...named('version', version) });
    for (const version of come.slice(pairs)) added.push({ package: identity, ...named('version', version) });
  }
  return { added, removed, changed };
}

/** What has a version names it; an empty one is none. */
function named<K extends string>(key: K, version: string | undefined): { readonly [P in K]?: string } {
  return optionalField(key, version === '' ? undefined : version);
}

/** Versions by package, each list sorted; no version is the empty text. */
function byIdentity(packages: readonly NamedPackage[]): Map<string, string[]> {
  const groups = groupBy(packages.map(identify), ({ identity }) => identity);
  return new Map([...groups].map(([identity, all]) => [identity, all.map(({ version }) => version).sort()]));
}

function identify(item: NamedPackage): { readonly identity: string; readonly version: string } {
  const purl = item.purl === undefined ? undefined : parsePurl(item.purl);
  if (purl?.ok !== true) return { identity: item.name, version: item.version ?? '' };
  const { type, namespace, version, qualifiers } = purl.value;
  // `zope.interface` became `zope-interface`, and is the same project:
  // https://packaging.python.org/en/latest/specifications/name-normalization/
  const name = type === 'pypi' ? purl.value.name.replaceAll(/[-_.]+/g, '-') : purl.value.name;
  const written = item.version ?? version ?? '';
  return {
    identity: [type, namespace, name].filter((part) => part !== undefined).join('/'),
    // An rpm's epoch may stand in a qualifier alone, and a new epoch is a new version.
    version: type === 'rpm' && written !== '' ? normalizeVersion(written, qualifiers.get('epoch')) : written,
  };
}

/** The versions of one list that the other does not have, counting how often each occurs. */
function without(versions: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const version of others) left.set(version, (left.get(version) ?? 0) + 1);
  return versions.filter((version) => {
    const count = left.get(version) ?? 0;
    if (count > 0) left.set(version, count - 1);
    return count === 0;
  });
}
