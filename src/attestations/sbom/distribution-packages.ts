import { optionalField } from '../../lib/collections.js';
import { parsePurl } from '../../packages/purl.js';
import type { Sbom } from './sbom.js';

/** A package of the image's distribution, as a purl names it; what package databases hold too. */
export interface DistributionPackage {
  readonly type: 'apk' | 'deb' | 'rpm';
  readonly name: string;
  /** With its epoch before a colon, a zero epoch left out. Absent where the purl has none. */
  readonly version?: string;
  readonly architecture?: string;
}

/** The packages of an SBOM that package managers install. Sources, and rpm's keys that pose as packages, are left out. */
export function distributionPackages(sbom: Sbom): readonly DistributionPackage[] {
  const found: DistributionPackage[] = [];
  for (const item of sbom.packages) {
    const read = item.purl === undefined ? undefined : readDistributionPurl(item.purl, item.version);
    if (read !== undefined) found.push(read);
  }
  return found;
}

/** Reads one purl; `version` is what the package's own field says, where the purl has none. */
function readDistributionPurl(text: string, version?: string): DistributionPackage | undefined {
  // Reading a purl costs a microsecond, and most of an SBOM may be of other types.
  if (!/^pkg:\/{0,2}(?:apk|deb|rpm)\//i.test(text)) return undefined;
  const purl = parsePurl(text);
  if (!purl.ok) return undefined;
  const { type, name, qualifiers } = purl.value;
  const architecture = qualifiers.get('arch');
  if (type !== 'apk' && type !== 'deb' && type !== 'rpm') return undefined;
  if (architecture === 'source' || architecture === 'src' || isRpmKey(type, name)) return undefined;
  const written = purl.value.version ?? version;
  return {
    type,
    name,
    ...(written === undefined ? {} : { version: normalizeVersion(written, qualifiers.get('epoch')) }),
    ...optionalField('architecture', architecture),
  };
}

/** rpm keeps imported keys as packages named gpg-pubkey, which no SBOM need list. */
export function isRpmKey(type: string, name: string): boolean {
  return type === 'rpm' && name === 'gpg-pubkey';
}

/** rpm purls carry the epoch as a qualifier, deb purls in the version, databases either way: one form of them all. */
export function normalizeVersion(version: string, epoch?: string): string {
  const full = epoch === undefined || /^[0-9]+:/.test(version) ? version : `${epoch}:${version}`;
  return full.startsWith('0:') ? full.slice(2) : full;
}
