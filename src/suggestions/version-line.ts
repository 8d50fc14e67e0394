import type { Equivalent } from '../catalog/equivalent.js';

/** Distributions, whose versions say nothing of another distribution's. */
const DISTRIBUTIONS = new Set(
  ['alpine', 'amazonlinux', 'bash', 'busybox', 'centos', 'debian', 'fedora', 'rockylinux', 'ubuntu'].map(
    (name) => `docker.io/library/${name}`,
  ),
);

/**
 * The version that a tag of an official image names (`3.12-slim` → `3.12`, and of Java `8u412` → `8`, `17.0.8_7` →
 * `17.0.8`); none for a distribution's.
 */
export function versionOf(image: string, tag: string | undefined): string | undefined {
  return DISTRIBUTIONS.has(image)
    ? undefined
    : /^v?(\d{1,9}(?:\.\d{1,9}){0,4})(?:u\d{1,9}|_\d{1,9}(?:\.\d{1,9})?)?(?![\w.])/.exec(tag ?? '')?.[1];
}

/** Whether one version is of the other's line: `3.12.1` and `3.12`, `3` and `3.12`. */
function areOfOneLine(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

/** Of repositories that each hold one line, those that hold the version's; where none does, the last of them. */
export function ofThatLine(equivalents: readonly Equivalent[], version: string | undefined): readonly Equivalent[] {
  return equivalents.filter((equivalent) => {
    if (equivalent.line === undefined) return true;
    const siblings = equivalents.filter(
      ({ publisher, line, stages }) =>
        publisher === equivalent.publisher && line !== undefined && stages === equivalent.stages,
    );
    const fitting = siblings.filter(({ line = '' }) => version !== undefined && areOfOneLine(line, version));
    return fitting.length > 0 ? fitting.includes(equivalent) : siblings.at(-1)?.line === equivalent.line;
  });
}

/** A tag for a version, and how what it leads to may be of another: of another line, or the newest of a wider one. */
export interface ChosenTag {
  readonly tag: string | undefined;
  readonly missed?: MissedVersion;
}

/** `newest`: the version line that the tag follows, empty where it follows all; undefined where it is of another line. */
export interface MissedVersion {
  readonly wanted: string;
  readonly newest?: string;
}

/** The tag of an equivalent, or of its builder variant, for a version. */
export function tagFor(
  { line, versions = [] }: Pick<Equivalent, 'line' | 'versions'>,
  { tag, template }: { readonly tag?: string; readonly template?: string },
  version: string | undefined,
): ChosenTag {
  if (tag?.includes('{version}')) return { tag: tag.replace('{version}', version ?? 'latest') };
  if (version === undefined) return { tag };
  const known = versions.findLast((candidate) => version === candidate || version.startsWith(`${candidate}.`));
  if (known !== undefined && template !== undefined) return { tag: template.replaceAll('{version}', known) };
  if (line !== undefined) return areOfOneLine(line, version) ? { tag } : { tag, missed: { wanted: version } };
  const followed = /^\d+(?:\.\d+)*/.exec(tag ?? '')?.[0];
  if (followed === undefined) {
    const isNewest = tag === undefined || tag === 'latest' || tag.startsWith('latest-');
    return { tag, missed: { wanted: version, ...(isNewest ? { newest: '' } : {}) } };
  }
  if (version === followed || followed.startsWith(`${version}.`)) return { tag };
  return { tag, missed: { wanted: version, ...(version.startsWith(`${followed}.`) ? { newest: followed } : {}) } };
}
