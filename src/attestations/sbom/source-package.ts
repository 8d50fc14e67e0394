import type { SourcePackage } from './sbom.js';

/** The qualifiers that name what a package was built from: syft's, and apk's word for it. */
const QUALIFIERS = /[?&](?:upstream|origin)=([^&#]+)/;

/**
 * The source package a purl names: `upstream=glibc@2.36` (syft, and rpm's `upstream=bash-5.1-2.src.rpm`) or `origin=`.
 * Undefined where it names none. It takes the one qualifier and leaves the rest of the purl unread: an SBOM has one for
 * each package.
 */
export function sourceFromPurl(purl: string): SourcePackage | undefined {
  const upstream = decode(QUALIFIERS.exec(purl)?.[1] ?? '');
  if (upstream === '') return undefined;
  if (upstream.endsWith('.src.rpm')) return fromSourceRpm(upstream);
  const at = upstream.lastIndexOf('@');
  return at <= 0 ? { name: upstream } : { name: upstream.slice(0, at), version: upstream.slice(at + 1) };
}

/** The empty text for what encodes no UTF-8. */
function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** `name-version-release.src.rpm` */
function fromSourceRpm(file: string): SourcePackage {
  const text = file.slice(0, -'.src.rpm'.length);
  const release = text.lastIndexOf('-');
  const version = release < 0 ? -1 : text.lastIndexOf('-', release - 1);
  return version <= 0 ? { name: text } : { name: text.slice(0, version), version: text.slice(version + 1) };
}
