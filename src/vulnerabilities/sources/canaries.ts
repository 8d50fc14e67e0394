import { ecosystemFamily, publicEcosystem } from '../matching/ecosystems.js';
import type { Query } from './queries.js';

/** Versions before any real one, in each family's own grammar. */
const APK = '0.0.1-r0';
const DEB = '0.0.1-1';
const RPM = '0.0.1-1';

/** Packages of which every release of a family has had vulnerabilities; of CRAN those that its few records begin with. */
const KNOWN: Readonly<Record<string, { readonly names: readonly string[]; readonly version: string }>> = {
  Alpine: { names: ['openssl', 'busybox', 'curl'], version: APK },
  Wolfi: { names: ['openssl', 'busybox', 'curl'], version: APK },
  Chainguard: { names: ['openssl', 'busybox', 'curl'], version: APK },
  MinimOS: { names: ['openssl', 'busybox', 'curl'], version: APK },
  Debian: { names: ['openssl', 'glibc', 'curl'], version: DEB },
  Ubuntu: { names: ['openssl', 'glibc', 'curl'], version: DEB },
  AlmaLinux: { names: ['openssl', 'kernel', 'curl'], version: RPM },
  'Rocky Linux': { names: ['openssl', 'kernel', 'curl'], version: RPM },
  'Red Hat': { names: ['openssl', 'firefox', 'kernel-headers', 'openssl-perl', 'glibc-static'], version: RPM },
  'Azure Linux': { names: ['openssl', 'kernel', 'curl'], version: RPM },
  Mageia: { names: ['openssl', 'kernel', 'curl'], version: RPM },
  openSUSE: { names: ['openssl-3', 'openssl-1_1', 'curl', 'MozillaFirefox'], version: RPM },
  npm: { names: ['lodash', 'minimizt'], version: '0.0.1' },
  PyPI: { names: ['django', 'requests', 'urllib3'], version: '0.0.1' },
  Go: { names: ['stdlib', 'golang.org/x/net', 'golang.org/x/crypto'], version: '0.0.1' },
  Maven: {
    names: ['com.fasterxml.jackson.core:jackson-databind', 'commons-fileupload:commons-fileupload'],
    version: '0.0.1',
  },
  Bitnami: { names: ['redis', 'apache', 'wordpress', 'drupal', 'php'], version: '0.0.1' },
  RubyGems: { names: ['nokogiri', 'rexml', 'rack'], version: '0.0.1' },
  NuGet: { names: ['Newtonsoft.Json', 'System.Text.Encodings.Web', 'jQuery'], version: '0.0.1' },
  Packagist: { names: ['phpmailer/phpmailer', 'dompdf/dompdf', 'twig/twig'], version: '0.0.1' },
  CRAN: { names: ['commonmark', 'jsonlite', 'readxl'], version: '1.0' },
  'crates.io': { names: ['hyper', 'openssl', 'tokio'], version: '0.0.1' },
};

/**
 * Questions whose answer must name a vulnerability if a source knows the ecosystem at all. The OSV API answers an
 * ecosystem or release it has no data of with success and nothing, and so does an archive that lost most of its records:
 * without these, that would read as "clean".
 */
export function canariesOf(ecosystem: string): readonly Query[] {
  const family = ecosystemFamily(ecosystem);
  const known = Object.hasOwn(KNOWN, family) ? KNOWN[family] : undefined;
  return (known?.names ?? []).map((name) => ({
    ecosystem: publicEcosystem(ecosystem),
    name,
    version: known?.version ?? '',
  }));
}
