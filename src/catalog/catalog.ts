import type { Policy } from '../policy/policy.js';
import { type ImagePattern, literalPrefixLength, matches, parsePattern } from '../references/pattern.js';
import type { Reference } from '../references/reference.js';
import { canonicalHost } from '../references/registry-host.js';
import catalog from './catalog.generated.json' with { type: 'json' };
import type { Catalog, Publisher } from './publisher.js';

export type { Catalog, Publisher } from './publisher.js';

/** The catalog that this version carries. */
export function loadCatalog(): Catalog {
  return catalog;
}

const compiled = new WeakMap<Publisher, readonly ImagePattern[]>();

/** A publisher's patterns; where the publisher takes an organization, those of every organization. */
function patternsOf(publisher: Publisher): readonly ImagePattern[] {
  const known = compiled.get(publisher);
  if (known !== undefined) return known;
  const patterns = publisher.images.flatMap((image) => {
    const parsed = parsePattern(image.replaceAll('{organization}', '*'));
    return parsed.ok ? [parsed.value] : [];
  });
  compiled.set(publisher, patterns);
  return patterns;
}

/** The publisher of an image: of those whose patterns match, the one with the longest literal prefix; null for others. */
export function publisherOf(from: Catalog, reference: Reference): Publisher | null {
  let found: Publisher | null = null;
  let rank = -1;
  for (const publisher of from.publishers) {
    for (const pattern of patternsOf(publisher)) {
      if (literalPrefixLength(pattern) <= rank || !matches(pattern, reference)) continue;
      found = publisher;
      rank = literalPrefixLength(pattern);
    }
  }
  return found;
}

/**
 * Whether a publisher attests something of its images with a signature; undefined where the catalog says nothing of
 * it.
 */
export function attests({ publishes }: Publisher, what: 'sbom' | 'provenance'): boolean | undefined {
  const published = publishes?.[what];
  return published === undefined ? undefined : published.as === 'signed';
}

/**
 * Whether the policy or the catalog names the host an image is pulled from. Other hosts are never contacted: a pull
 * request could otherwise send the runner anywhere. A pattern whose host has a wildcard names no host, and to deny an
 * image is not to contact its host; the repository where an authority keeps its signatures is.
 */
export function isListedHost(from: Catalog, policy: Policy, pullFrom: Pick<Reference, 'registry'>): boolean {
  const host = canonicalHost(pullFrom.registry);
  return listedHosts(from, policy).has(host) || Object.keys(policy.registries).some((path) => isOnHost(path, host));
}

const listed = new WeakMap<Policy['allow'], { readonly from: Catalog; readonly hosts: ReadonlySet<string> }>();

/** The hosts that the catalog and the allow entries name; every reference needs them. */
function listedHosts(from: Catalog, { allow }: Policy): ReadonlySet<string> {
  const known = listed.get(allow);
  if (known?.from === from) return known.hosts;
  const patterns = [
    ...from.publishers.flatMap((publisher) => publisher.images),
    ...allow.map(({ pattern }) => pattern),
    ...[...from.publishers, ...allow].flatMap(({ authorities }) =>
      authorities.flatMap(({ signatureRepository }) => signatureRepository ?? []),
    ),
  ];
  const hosts = new Set(patterns.flatMap((pattern) => hostOfPattern(pattern) ?? []));
  listed.set(allow, { from, hosts });
  return hosts;
}

function isOnHost(path: string, host: string): boolean {
  return path.split('/')[0] === host;
}

/** The hosts of the catalog's publishers. */
export function hostsOf(from: Catalog): readonly string[] {
  const hosts = from.publishers.flatMap(({ images }) => images.flatMap((image) => hostOfPattern(image) ?? []));
  return [...new Set(hosts)].sort();
}

function hostOfPattern(text: string): string | undefined {
  const parsed = parsePattern(text.replaceAll('{organization}', '*'));
  return parsed.ok ? parsed.value.text.split('/')[0] : undefined;
}
