import { type ImagePattern, literalPrefixLength, matches, parsePattern } from '../references/pattern.js';
import type { Reference } from '../references/reference.js';
import { canonicalHost, mirroredName } from '../references/registry-host.js';
import type { AllowEntry, DenyEntry, Policy } from './policy.js';

/** Patterns are parsed once per entry: the policy is consulted for every use. */
const compiled = new WeakMap<AllowEntry | DenyEntry, ImagePattern | null>();

/** The pattern of an entry; null if it is invalid, which the loader rejects. */
function patternOf(entry: AllowEntry | DenyEntry): ImagePattern | null {
  const known = compiled.get(entry);
  if (known !== undefined) return known;
  const parsed = parsePattern(entry.pattern);
  const pattern = parsed.ok ? parsed.value : null;
  compiled.set(entry, pattern);
  return pattern;
}

/**
 * The allow entry that decides about a reference: of those that match, the one with the longest literal prefix, and of
 * equals the first. Null where none matches.
 */
export function governingEntry(policy: Policy, reference: Reference): AllowEntry | null {
  let governing: AllowEntry | null = null;
  let rank = -1;
  for (const entry of policy.allow) {
    const pattern = patternOf(entry);
    if (pattern === null || literalPrefixLength(pattern) <= rank || !matches(pattern, reference)) continue;
    governing = entry;
    rank = literalPrefixLength(pattern);
  }
  return governing;
}

/** Every allow entry that matches a reference, in the order of the policy. */
export function matchingEntries(policy: Policy, reference: Reference): readonly AllowEntry[] {
  return policy.allow.filter((entry) => {
    const pattern = patternOf(entry);
    return pattern !== null && matches(pattern, reference);
  });
}

/** The deny entry that matches a reference; which of several does not matter, since each denies it. */
export function deniedBy(policy: Policy, reference: Reference): DenyEntry | null {
  return (
    policy.deny.find((entry) => {
      const pattern = patternOf(entry);
      // What can't be read denies: a list that fails open would be no list.
      return pattern === null || matches(pattern, reference);
    }) ?? null
  );
}

/**
 * The deny entry for an image under any of its names, with the name it matches. A name that a public mirror gives it
 * counts as well: denying a host also denies what it mirrors.
 */
export function denialOf(
  policy: Policy,
  names: readonly Reference[],
): { readonly entry: DenyEntry; readonly name: Reference } | null {
  for (const name of [...names, ...names.flatMap((one) => mirroredReference(policy, one) ?? [])]) {
    const entry = deniedBy(policy, name);
    if (entry !== null) return { entry, name };
  }
  return null;
}

/**
 * The reference as policy sees it: where `registries` says that its path mirrors another registry, that registry's
 * image; and one name for a registry that answers under several. The longest matching path wins.
 */
export function policyReference(policy: Policy, reference: Reference): Reference {
  const canonical = canonicalReference(reference);
  const name = `${canonical.registry}/${canonical.repository}`;
  let longest = '';
  let original: string | undefined;
  for (const [path, { mirrorOf }] of Object.entries(policy.registries)) {
    const prefix = `${path}/`;
    if (mirrorOf === undefined || !name.startsWith(prefix) || prefix.length <= longest.length) continue;
    longest = prefix;
    original = mirrorOf;
  }
  if (original === undefined) return canonical;
  const [registry = '', ...path] = `${original}/${name.slice(longest.length)}`.split('/');
  return canonicalReference({ ...canonical, registry, repository: path.join('/') });
}

/** The image that a public mirror serves under this name, as policy sees it; null where the host is no mirror. */
function mirroredReference(policy: Policy, reference: Reference): Reference | null {
  const name = mirroredName(reference.registry, reference.repository);
  if (name === undefined) return null;
  const [registry = '', ...path] = name.split('/');
  return policyReference(policy, { ...reference, registry, repository: path.join('/') });
}

/** The registry under its one name, and `library/` where Docker Hub implies it (as a mirror's path does). */
function canonicalReference(reference: Reference): Reference {
  const registry = canonicalHost(reference.registry);
  const official = registry === 'docker.io' && !reference.repository.includes('/');
  return { ...reference, registry, repository: `${official ? 'library/' : ''}${reference.repository}` };
}
