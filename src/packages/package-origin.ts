import type { Distribution } from './inventory.js';
import type { DatabaseEntry } from './read-database.js';

/** rpm's vendors by os-release ID; of other distributions nothing is concluded. */
const VENDORS: Readonly<Record<string, RegExp>> = {
  almalinux: /AlmaLinux/,
  amzn: /Amazon/,
  azurelinux: /Microsoft/,
  centos: /CentOS|Red Hat/,
  fedora: /Fedora/,
  mageia: /Mageia/,
  mariner: /Microsoft/,
  ol: /Oracle/,
  'opensuse-leap': /openSUSE|SUSE/,
  'opensuse-tumbleweed': /openSUSE|SUSE/,
  photon: /VMware|Broadcom/,
  rhel: /Red Hat/,
  rocky: /Rocky/,
  sles: /SUSE/,
};

/** What third parties put into versions: NodeSource, PostgreSQL's repository, and the release they build for (nginx, Docker). */
const FOREIGN_VERSION =
  /nodesource|pgdg|sury|~(?:debian\.|ubuntu\.)|[~+](?:jessie|stretch|buster|bullseye|bookworm|trixie|xenial|bionic|focal|jammy|noble)/;

/** Whose maintainers build packages as Debian does, so that nothing else shows that they are not Debian's. */
const FOREIGN_DOMAIN =
  /@(?:[a-z0-9.-]+\.)?(?:amazon|azul|bell-sw|circleci|cloudflare|confluent|datadoghq|docker|f5|gitlab|google|grafana|hashicorp|influxdata|mariadb|microsoft|mongodb|mysql|newrelic|nginx|nodesource|oracle|percona|puppet|redis|redislabs|varnish-software)\.(?:com|io|org)\b|@(?:eclipse\.org|elastic\.co|redis\.io|nginx\.org)\b/i;

/** Debian, Ubuntu, and the lists their teams are reached at. */
const DEBIAN_DOMAIN =
  /@(?:[a-z0-9.-]+\.)?(?:debian\.(?:org|net)|ubuntu\.com|canonical\.com|alioth-lists\.debian\.net)\b/i;

/** Where no package of Debian's has files. @see https://www.debian.org/doc/debian-policy/ch-opersys.html section 9.1.2 */
const FOREIGN_PLACE = /^(?:opt|usr\/local)\//;

/**
 * Says of each package of a database why it is not the distribution's own, in a clause that can follow "because", or
 * undefined where nothing contradicts it. A distribution's advisories are about the packages that it built: a
 * third party's package, and the libraries in it, are not their business. The text comes from the image itself.
 */
export function thirdPartyReasons(
  entries: readonly DatabaseEntry[],
  distribution: Distribution | null,
): readonly (string | undefined)[] {
  const vendor =
    distribution === null || !Object.hasOwn(VENDORS, distribution.id) ? undefined : VENDORS[distribution.id];
  const hasVendors = vendor !== undefined && entries.some(({ packaging }) => vendor.test(packaging?.packager ?? ''));
  return entries.map((entry) => {
    switch (entry.type) {
      case 'deb':
        return foreignDebian(entry);
      case 'apk':
        return entry.packaging?.isForeign === true
          ? 'its database entry names no source package of the distribution'
          : undefined;
      case 'rpm':
        return hasVendors ? foreignVendor(entry, vendor) : undefined;
      default:
        return undefined;
    }
  });
}

function foreignDebian({ name, version, files, packaging = {} }: DatabaseEntry): string | undefined {
  const { packager = '' } = packaging;
  if (packaging.isForeign === true || FOREIGN_VERSION.test(version) || FOREIGN_DOMAIN.test(packager)) {
    return madeBy('its maintainer is', packager);
  }
  if (files.some(({ path, checksum }) => checksum !== undefined && FOREIGN_PLACE.test(path))) {
    return 'it has files in places that the distribution does not use';
  }
  // Many of Debian's maintainers write from elsewhere. Each of its packages brings its copyright, though.
  const isElsewhere = packager !== '' && !DEBIAN_DOMAIN.test(packager);
  const documentation = `usr/share/doc/${name}`;
  const isDocumented = files.some(({ path }) => path === documentation || path.startsWith(`${documentation}/`));
  return isElsewhere && files.length > 0 && !isDocumented ? madeBy('its maintainer is', packager) : undefined;
}

function foreignVendor({ packaging = {} }: DatabaseEntry, own: RegExp): string | undefined {
  const { packager = '' } = packaging;
  return own.test(packager) ? undefined : madeBy('its vendor is', packager);
}

function madeBy(words: string, who: string): string {
  return who === '' ? `${words} not named` : `${words} ${who.slice(0, 120)}`;
}
