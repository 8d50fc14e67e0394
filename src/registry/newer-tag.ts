interface Version {
  readonly prefix: string;
  readonly numbers: readonly [major: number, minor: number, patch: number];
  readonly suffix: string;
}

/** `v1.2.3-suffix`: only a tag that names a patch has newer patches of the same line. */
function readVersion(tag: string): Version | undefined {
  const match = /^(v?)([0-9]{1,6})\.([0-9]{1,6})\.([0-9]{1,6})((?:[-_+.][A-Za-z0-9_.-]*)?)$/.exec(tag);
  const [, prefix = '', major, minor, patch, suffix = ''] = match ?? [];
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  return { prefix, numbers: [Number(major), Number(minor), Number(patch)], suffix };
}

/** Whether a tag names a patch release, so that a newer one can be distinguished from a repository's tags. */
export function namesPatch(tag: string): boolean {
  return readVersion(tag) !== undefined;
}

/** The newest patch of the tag's own line (`3.12.1-slim` → `3.12.9-slim`) among a repository's tags, if it is newer. */
export function newerPatch(tag: string, tags: readonly string[]): string | undefined {
  const own = readVersion(tag);
  if (own === undefined) return undefined;
  let newest: { readonly tag: string; readonly patch: number } = { tag, patch: own.numbers[2] };
  for (const other of tags) {
    const version = readVersion(other);
    const isSameLine =
      version !== undefined &&
      version.prefix === own.prefix &&
      version.suffix === own.suffix &&
      version.numbers[0] === own.numbers[0] &&
      version.numbers[1] === own.numbers[1];
    if (isSameLine && version.numbers[2] > newest.patch) newest = { tag: other, patch: version.numbers[2] };
  }
  return newest.tag === tag ? undefined : newest.tag;
}
