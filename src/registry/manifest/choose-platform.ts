import { optionalField } from '../../lib/collections.js';
import { formatPlatform, type Platform, parsePlatform } from '../../references/platform.js';
import type { Descriptor } from './manifest.js';

/**
 * The platforms that do for one, best first, as containerd sees it: an older variant of the same processor, and the
 * 32-bit processor that it can also be.
 *
 * @see https://github.com/containerd/platforms/blob/main/compare.go
 */
export function compatiblePlatforms(wanted: Platform): readonly string[] {
  const { os, architecture, variant } = wanted;
  const version = Number(/^v([0-9]+)$/.exec(variant ?? '')?.[1] ?? 0);
  const older = (lowest: number, from = version) =>
    Array.from({ length: Math.max(0, from - lowest) }, (_, index) => `v${from - 1 - index}`);
  const named = (name: string, one?: string) =>
    formatPlatform({ os, architecture: name, ...optionalField('variant', one) });
  const own = formatPlatform({ os, architecture, ...optionalField('variant', variant) });
  switch (architecture) {
    case 'amd64': {
      const variants = older(2).map((one) => named('amd64', one));
      return [own, ...variants, ...(version > 1 ? [named('amd64')] : []), named('386')];
    }
    case 'arm':
      return [own, ...older(5).map((one) => named('arm', one))];
    case 'arm64':
      return [
        own,
        ...(variant === undefined ? [] : [named('arm64')]),
        ...['v8', 'v7', 'v6', 'v5'].map((one) => named('arm', one)),
      ];
    default:
      return [own];
  }
}

/** Where images are built: Docker and containerd put their own operating system where none is named. */
export const BUILDER_OS = 'linux';

/** What an index's entry says of its platform. */
type Entry = Pick<Descriptor, 'platform'>;

/**
 * The entry of an index that a runtime takes for a platform: the best match, of equals the first; an entry that names no
 * platform only if none matches. Attestations (`unknown/unknown`) match nothing.
 *
 * @see https://github.com/containerd/containerd/blob/main/core/images/image.go the function `Manifest`
 */
export function choosePlatform(entries: readonly Descriptor[], wanted: Platform): Descriptor | undefined {
  const ranks = compatiblePlatforms(wanted);
  let best: { readonly entry: Descriptor; readonly rank: number } | undefined;
  for (const entry of entries) {
    const rank = rankOf(entry, ranks);
    if (rank >= 0 && (best === undefined || rank < best.rank)) best = { entry, rank };
  }
  return best?.entry;
}

/** Of unreadable entries, the first that a runtime might take in place of the chosen one, since it matches as well. */
export function rivalOf<T extends Entry>(
  unreadable: readonly T[],
  chosen: Descriptor | undefined,
  wanted: Platform,
): T | undefined {
  const ranks = compatiblePlatforms(wanted);
  const taken = chosen === undefined ? ranks.length : rankOf(chosen, ranks);
  return unreadable.find((entry) => {
    const rank = rankOf(entry, ranks);
    return rank >= 0 && rank <= taken;
  });
}

/** The place of an entry's platform among the compatible ones; after all of them if it names none, -1 if it is another. */
function rankOf(entry: Entry, ranks: readonly string[]): number {
  if (entry.platform === undefined) return ranks.length;
  const own = platformOf(entry);
  return own === undefined ? -1 : ranks.indexOf(own);
}

/** An entry's platform in normal form; undefined if it names none, or none that is known. */
export function platformOf(entry: Entry): string | undefined {
  return entry.platform === undefined ? undefined : normalPlatform(entry.platform);
}

/**
 * `os/architecture[/variant]` in normal form (`arm64/v8` is `arm64`); undefined for what is no platform. An operating
 * system that is left out is the builder's own.
 *
 * @see https://github.com/containerd/platforms/blob/main/database.go the function `normalizeOS`
 */
export function normalPlatform(platform: {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}): string | undefined {
  const { os, architecture, variant } = platform;
  const parsed = parsePlatform([os || BUILDER_OS, architecture, ...(variant ? [variant] : [])].join('/'));
  return parsed.ok ? formatPlatform(parsed.value) : undefined;
}
