import { parsePurl } from '../purl/purl.js';
import type { SourcePackage } from './sbom.js';

/**
 * The source package a purl names: `upstream=glibc@2.36` (syft, and rpm's `upstream=bash-5.1-2.src.rpm`) or `origin=`.
 * Undefined where it names none or cannot be read.
 */
export function sourceFromPurl(text: string): SourcePackage | undefined {
  // Most purls have neither: a look costs less than reading each one.
  if (!text.includes('upstream=') && !text.includes('origin=')) return undefined;
  const purl = parsePurl(text);
  if (!purl.ok) return undefined;
  const upstream = purl.value.qualifiers.get('upstream') ?? purl.value.qualifiers.get('origin');
  if (upstream === undefined) return undefined;
  if (purl.value.type === 'rpm' && upstream.endsWith('.src.rpm')) return fromSourceRpm(upstream);
  const at = upstream.lastIndexOf('@');
  return at <= 0 ? { name: upstream } : { name: upstream.slice(0, at), version: upstream.slice(at + 1) };
}

/** `name-version-release.src.rpm` */
function fromSourceRpm(file: string): SourcePackage {
  const text = file.slice(0, -'.src.rpm'.length);
  const release = text.lastIndexOf('-');
  const version = release < 0 ? -1 : text.lastIndexOf('-', release - 1);
  return version <= 0 ? { name: text } : { name: text.slice(0, version), version: text.slice(version + 1) };
}
