import { describe, expect, test } from '@jest/globals';
import { type VexStatement, vexVerdict } from '../../../src/attestations/vex/vex-verdict.js';

const NOW = new Date('2026-11-21T00:00:00Z');
const DIGEST = `sha256:${'a'.repeat(64)}`;

/** Whether a statement about one purl silences a vulnerability of an installed package. */
function isSilenced(installed: string, named: string): boolean {
  const statement: VexStatement = {
    vulnerabilities: ['CVE-2026-0001'],
    status: 'not_affected',
    justification: 'component_not_present',
    products: [{ names: [named], digests: [], subcomponents: [] }],
    time: NOW.getTime() - 1,
    document: 'https://example.com/vex',
    signer: 'the key',
    digest: DIGEST,
  };
  const image = { digests: [DIGEST], repositories: ['registry.example/app'] };
  return vexVerdict([statement], image, installed, { ids: ['CVE-2026-0001'], now: NOW })?.silences === true;
}

const CURL = 'pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12';
const MOD_SSL = 'pkg:rpm/rhel/mod_ssl@2.4.57-8.el9?arch=x86_64&distro=rhel-9.4&epoch=1';

describe('a VEX purl names an installed package', () => {
  test.each([
    [CURL, 'pkg:deb/debian/curl@7.88.1-10?distro=bookworm'],
    [CURL, 'pkg:deb/debian/curl@7.88.1-10?distro=debian-12&upstream=curl'],
    [CURL, 'pkg:deb/debian/curl?distro=12'],
    [MOD_SSL, 'pkg:rpm/redhat/mod_ssl@2.4.57-8.el9?epoch=1'],
    [MOD_SSL, 'pkg:rpm/redhat/mod_ssl@1:2.4.57-8.el9?upstream=httpd-2.4.57-8.el9.src.rpm'],
    [MOD_SSL, 'pkg:rpm/rhel/mod_ssl?distro=redhat-9&arch=x86_64'],
    [MOD_SSL, 'pkg:rpm/rhel/mod_ssl?distro=rhel-9.4'],
    ['pkg:rpm/rocky/zlib@1.2-1?distro=rocky-9.4', 'pkg:rpm/rocky-linux/zlib@0:1.2-1?distro=9'],
    ['pkg:deb/ubuntu/curl@8-1?distro=ubuntu-24.04', 'pkg:deb/ubuntu/curl@8-1?distro=noble'],
  ])('%s is named by %s', (installed, named) => {
    expect(isSilenced(installed, named)).toBe(true);
  });

  test.each([
    [CURL, 'pkg:deb/debian/curl?distro=trixie'],
    [CURL, 'pkg:deb/debian/curl?distro=debian-1'],
    [CURL, 'pkg:deb/debian/curl?distro=debian-12.5'],
    [CURL, 'pkg:deb/debian/curl?distro=constructor'],
    [CURL, 'pkg:deb/ubuntu/curl@7.88.1-10'],
    [CURL, 'pkg:deb/debian/curl@7.88.1-10?arch=source'],
    [MOD_SSL, 'pkg:rpm/redhat/mod_ssl@2.4.57-8.el9'],
    [MOD_SSL, 'pkg:rpm/redhat/mod_ssl@2:2.4.57-8.el9'],
    [MOD_SSL, 'pkg:rpm/redhat/mod_ssl?distro=rhel-8'],
    [MOD_SSL, 'pkg:rpm/redhat/mod_ssl?distro=rhel-9.2'],
    ['pkg:deb/ubuntu/curl@8-1?distro=ubuntu-18.04', 'pkg:deb/ubuntu/curl?distro=esm-infra/bionic'],
    ['pkg:rpm/rocky/zlib@1.2-1?distro=rocky-9.4', 'pkg:rpm/redhat/zlib@1.2-1'],
  ])('%s is not named by %s', (installed, named) => {
    expect(isSilenced(installed, named)).toBe(false);
  });
});
