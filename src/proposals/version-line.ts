import type { Equivalent } from '../catalog/equivalents.js';

/** Distributions, whose versions say nothing of another distribution's. */
const DISTRIBUTIONS = new Set(
  ['alpine', 'amazonlinux', 'bash', 'busybox', 'centos', 'debian', 'fedora', 'rockylinux', 'ubuntu'].map(
    (name) => `docker.io/library/${name}`,
  ),
);

/** The version that a tag of an official image names (`3.12-slim` → `3.12`); none for a distribution's. */
export function versionOf(image: string, tag: string | undefined): string | undefined {
  return DISTRIBUTIONS.has(image) ? undefined : /^v?(\d{1,9}(?:\.\d{1,9}){0,4})(?![\w.])/.exec(tag ?? '')?.[1];
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

/** A tag for a version, and whether its line is another than the one asked for. */
export interface ChosenTag {
  readonly tag: string | undefined;
  readonly otherLine: boolean;
}

/** The tag of an equivalent, or of its builder variant, for a version. */
export function tagFor(
  { line, versions = [] }: Pick<Equivalent, 'line' | 'versions'>,
  { tag, template }: { readonly tag?: string; readonly template?: string },
  version: string | undefined,
): ChosenTag {
  if (tag?.includes('{version}')) return { tag: tag.replace('{version}', version ?? 'latest'), otherLine: false };
  if (version === undefined) return { tag, otherLine: false };
  const known = versions.findLast((candidate) => version === candidate || version.startsWith(`${candidate}.`));
  if (known !== undefined && template !== undefined) {
    return { tag: template.replaceAll('{version}', known), otherLine: false };
  }
  const held = line ?? /^\d+(?:\.\d+)*/.exec(tag ?? '')?.[0];
  return { tag, otherLine: held === undefined ? tag !== undefined : !areOfOneLine(held, version) };
}
