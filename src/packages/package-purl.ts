import type { Distribution, PackageType } from './inventory.js';
import { formatPurl, makePurl } from './purl.js';

interface PackageIdentity {
  readonly type: PackageType;
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
}

/** The package URL of an installed package: `pkg:apk/wolfi/curl@8.9.1-r0?arch=x86_64&distro=wolfi-20230201`. */
export function packagePurl(
  { type, name, version, architecture }: PackageIdentity,
  distribution: Distribution | null,
): string {
  const isLanguage = type === 'npm' || type === 'pypi';
  const qualifiers = new Map<string, string>();
  const slash = isLanguage ? name.lastIndexOf('/') : -1;
  const namespace = isLanguage ? (slash < 0 ? undefined : name.slice(0, slash)) : distribution?.id;
  let bareVersion = version;
  if (!isLanguage) {
    if (architecture !== undefined) qualifiers.set('arch', architecture);
    if (distribution !== null) {
      qualifiers.set(
        'distro',
        [distribution.id, distribution.versionId].filter((part) => part !== undefined).join('-'),
      );
    }
    const epoch = type === 'rpm' ? /^([0-9]+):/.exec(version)?.[1] : undefined;
    if (epoch !== undefined) {
      qualifiers.set('epoch', epoch);
      bareVersion = version.slice(epoch.length + 1);
    }
  }
  const purl = makePurl({
    type,
    ...(namespace === undefined ? {} : { namespace }),
    name: name.slice(slash + 1),
    version: bareVersion,
    qualifiers,
  });
  return purl.ok ? formatPurl(purl.value) : '';
}
