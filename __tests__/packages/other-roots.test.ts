import { describe, expect, test } from '@jest/globals';
import type { Inventory } from '../../src/packages/inventory.js';
import { queriesAbout } from '../../src/vulnerabilities/sources/queries.js';
import { contentsOf } from '../support/image/contents-of.js';
import type { LayerFile } from '../support/image/image-maker.js';
import { apkInstalled, dpkgInstalled } from '../support/image/packaged-files.js';
import { makeBerkeleyHash, rpmHeader } from '../support/packages/rpm-maker.js';

async function inventoryOf(files: readonly LayerFile[]): Promise<Inventory> {
  const { evidence } = await contentsOf({ layers: [files] });
  if (evidence.packages.status !== 'present') throw new Error('not read');
  return evidence.packages.value;
}

const DEBIAN = { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="13"\n' };
const below = (root: string, files: readonly LayerFile[]) =>
  files.map((file) => ({ ...file, path: `${root}/${file.path}` }));
const status = (...paragraphs: readonly string[]) => `${paragraphs.join('\n\n')}\n`;
const paragraph = (name: string, version: string, state = 'install ok installed') =>
  `Package: ${name}\nStatus: ${state}\nArchitecture: amd64\nVersion: ${version}`;

describe('another root file system of an image', () => {
  test('is read by its own os-release, and its packages are asked about there', async () => {
    const inventory = await inventoryOf([
      DEBIAN,
      ...dpkgInstalled([{ name: 'base-files', version: '13.8', files: [] }]),
      ...below('opt/chroot', [
        { path: 'etc/os-release', content: 'ID=ubuntu\nVERSION_ID="22.04"\n' },
        ...dpkgInstalled([
          { name: 'libssl3', version: '3.0.1-1', files: [{ path: 'usr/lib/libssl.so.3', content: 'x' }] },
        ]),
      ]),
      ...below('srv/alpine', [
        { path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.22.3\n' },
        ...apkInstalled([{ name: 'zlib', version: '1.3-r0', files: [] }]),
      ]),
      { path: 'srv/rocky/etc/os-release', content: 'ID="rocky"\nVERSION_ID="9.4"\n' },
      { path: 'srv/rocky/var/lib/rpm/Packages', content: makeBerkeleyHash([rpmHeader('bash', '5.1', '1.el9')]) },
    ]);
    expect(inventory.unknowns).toEqual([]);
    expect(
      queriesAbout(inventory.packages, inventory.distribution).queries.map(({ ecosystem, name }) => [ecosystem, name]),
    ).toEqual([
      ['Debian:13', 'base-files'],
      ['Ubuntu:22.04', 'libssl3'],
      ['Ubuntu:Pro:22.04:LTS', 'libssl3'],
      ['Alpine:v3.22', 'zlib'],
      ['Rocky Linux:9', 'bash'],
    ]);
    expect(inventory.packages.find(({ name }) => name === 'libssl3')).toMatchObject({
      purl: 'pkg:deb/ubuntu/libssl3@3.0.1-1?arch=amd64&distro=ubuntu-22.04',
      files: [expect.objectContaining({ path: 'opt/chroot/usr/lib/libssl.so.3' })],
    });
  });

  test('without an os-release leaves what is asked about its packages open', async () => {
    const { packages, distribution } = await inventoryOf([
      DEBIAN,
      ...dpkgInstalled([{ name: 'base-files', version: '13.8', files: [] }]),
      ...below('opt/chroot', dpkgInstalled([{ name: 'libssl3', version: '3.0.1-1', files: [] }])),
    ]);
    expect(queriesAbout(packages, distribution).unevaluated).toEqual([
      { what: 'libssl3 3.0.1-1', reason: 'there is no os-release that names the distribution' },
    ]);
  });
});

describe('what dpkg has not taken into its status yet', () => {
  test('replaces, adds and removes packages', async () => {
    const { packages } = await inventoryOf([
      { path: 'var/lib/dpkg/status', content: status(paragraph('a', '1'), paragraph('b', '1'), paragraph('c', '1')) },
      { path: 'var/lib/dpkg/updates/0001', content: status(paragraph('a', '2'), paragraph('d', '1')) },
      {
        path: 'var/lib/dpkg/updates/0002',
        content: status(paragraph('a', '3'), paragraph('b', '1', 'deinstall ok config-files')),
      },
      { path: 'var/lib/dpkg/updates/tmp.i', content: 'half' },
    ]);
    expect(packages.map(({ name, version }) => `${name} ${version}`).sort()).toEqual(['a 3', 'c 1', 'd 1']);
  });
});

describe('a library inside a distribution package', () => {
  const library = {
    path: 'opt/acme/node_modules/lodash/package.json',
    content: '{"name":"lodash","version":"4.17.4"}',
  };

  test('of a third party is asked about, and the package is named as not covered', async () => {
    const { packages, distribution } = await inventoryOf([
      DEBIAN,
      ...dpkgInstalled([{ name: 'acme-agent', version: '1.0', files: [library] }]),
    ]);
    const { queries, uncovered } = queriesAbout(packages, distribution);
    expect(queries.map(({ ecosystem, name }) => [ecosystem, name])).toContainEqual(['npm', 'lodash']);
    expect(uncovered).toEqual([expect.objectContaining({ type: 'deb', name: 'acme-agent' })]);
  });

  test('of the distribution is left to it, also where only status.d and its lists tell', async () => {
    const metadata = {
      path: 'usr/lib/python3/dist-packages/requests-2.6.0.dist-info/METADATA',
      content: 'Name: requests\nVersion: 2.6.0\n',
    };
    const { packages, distribution } = await inventoryOf([
      DEBIAN,
      metadata,
      {
        path: 'var/lib/dpkg/status.d/python3-requests',
        content: 'Package: python3-requests\nVersion: 2.32.3+dfsg-5\nSource: requests\n',
      },
      { path: 'var/lib/dpkg/info/python3-requests.list', content: `/.\n/${metadata.path}\n` },
    ]);
    const { queries, uncovered } = queriesAbout(packages, distribution);
    expect(queries.map(({ ecosystem, name }) => [ecosystem, name])).toEqual([['Debian:13', 'requests']]);
    expect(uncovered).toEqual([]);
  });
});
