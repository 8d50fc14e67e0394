import { afterEach, describe, expect, test } from '@jest/globals';
import type { ImageSbom } from '../../src/attestations/sbom/image-sbom.js';
import { readSbomPredicate } from '../../src/attestations/sbom/read.js';
import { type Evidence, present } from '../../src/evidence/evidence.js';
import { optionalField } from '../../src/lib/collections.js';
import type { Inventory } from '../../src/packages/inventory.js';
import { imageSbomOf } from '../support/image/image-sbom.js';
import { collectKnown, DEBIAN, inventoryOf, WOLFI } from '../support/image/vulnerability-run.js';
import { knowing, type OsvServer, osvRecord, serveOsv } from '../support/registry/osv-server.js';

const servers: OsvServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** The names asked for, canaries left out, then what stays open. */
async function run(sbom: Evidence<ImageSbom>, inventory = inventoryOf(DEBIAN, [['tool', '1']])) {
  const server = await serveOsv(
    knowing([osvRecord('DEBIAN-CVE-2026-0001', [{ ecosystem: 'Debian:12', name: 'hidden' }])]),
  );
  servers.push(server);
  const evidence = await collectKnown({ inventory, server, evidence: { sbom } });
  if (evidence.status !== 'present') throw new Error('nothing was collected');
  const { found, unevaluated, uncovered, inventoried } = evidence.value;
  const asked = server.queries.flat().filter(({ version }) => !version.startsWith('0.0.1'));
  return {
    asked: asked.map(({ package: { ecosystem, name }, version }) => `${ecosystem} ${name} ${version}`),
    found: found.map(({ id }) => id),
    open: [...unevaluated, ...uncovered].map(({ what, reason }) => `${what}: ${reason}`),
    packages: inventoried,
  };
}

function attested(predicate: object): ImageSbom {
  const read = readSbomPredicate(predicate);
  if (!read.ok) throw new Error(read.error.message);
  return imageSbomOf(read.value);
}

const cycloneDx = (...components: readonly object[]) =>
  present(attested({ bomFormat: 'CycloneDX', specVersion: '1.5', components }), 'the test');

const library = (name: string, version: string, purl: string) => ({ type: 'library', name, version, purl });

/** `['openssl', '3', 'pkg:apk/…']`, and who does what to whom. */
function spdx(
  packages: readonly (readonly [id: string, version?: string, purl?: string, purpose?: string])[],
  relationships: readonly (readonly [from: string, type: string, to: string])[] = [],
) {
  return present(
    attested({
      spdxVersion: 'SPDX-2.3',
      SPDXID: 'SPDXRef-DOCUMENT',
      name: 'made',
      documentNamespace: 'https://registry.test/made',
      creationInfo: { created: '2026-11-20T00:00:00Z', creators: ['Organization: made'] },
      packages: packages.map(([id, versionInfo, purl, primaryPackagePurpose]) => ({
        SPDXID: `SPDXRef-${id}`,
        name: id,
        downloadLocation: 'NOASSERTION',
        ...optionalField('versionInfo', versionInfo),
        ...optionalField('primaryPackagePurpose', primaryPackagePurpose),
        ...(purl === undefined
          ? {}
          : {
              externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
            }),
      })),
      relationships: relationships.map(([from, relationshipType, to]) => ({
        spdxElementId: `SPDXRef-${from}`,
        relationshipType,
        relatedSpdxElement: `SPDXRef-${to}`,
      })),
    }),
    'the test',
  );
}

test('a package of the distribution that only the document lists is asked about: its database entry may be gone', async () => {
  const sbom = cycloneDx(library('hidden', '1', 'pkg:deb/debian/hidden@1?arch=amd64'));
  expect((await run(sbom)).found).toEqual(['CVE-2026-0001']);
});

test('a document that does not count adds nothing', async () => {
  const sbom = cycloneDx(
    library('hidden', '1', 'pkg:deb/debian/hidden@1?arch=amd64'),
    library('x', '1', 'pkg:maven/a/x@1'),
  );
  const value = sbom.status === 'present' ? { ...sbom.value, counts: false } : undefined;
  const reported = value === undefined ? null : await run(present(value, 'the test'));
  expect(reported).toEqual({ asked: ['Debian:12 tool 1'], found: [], open: [], packages: 1 });
});

test('a document that could not be had leaves a question open', async () => {
  const reported = await run({
    status: 'unavailable',
    cause: 'network',
    message: 'The registry hung up.',
    fix: 'Try again.',
  });
  expect(reported.open).toEqual(['its attested SBOM: it is not available (network): The registry hung up.']);
});

describe('a component of a document', () => {
  test.each([
    ['a library of Go', library('x/y', 'v1.2.3', 'pkg:golang/x/y@v1.2.3'), 'Go x/y 1.2.3'],
    ['a library of npm', library('y', '1.0.0', 'pkg:npm/%40x/y@1.0.0'), 'npm @x/y 1.0.0'],
    ['a Java library', library('y', '1.0', 'pkg:maven/org.x/y@1.0'), 'Maven org.x:y 1.0'],
    ['a crate', library('y', '1.0.0', 'pkg:cargo/y@1.0.0'), 'crates.io y 1.0.0'],
    [
      'a module in capitals',
      library('github.com/Azure/y', 'v1.0.0', 'pkg:golang/github.com/azure/y@v1.0.0'),
      'Go github.com/Azure/y 1.0.0',
    ],
    [
      'a module in capitals by its purl',
      library('y', 'v1.0.0', 'pkg:golang/github.com/Azure/y@v1.0.0'),
      'Go github.com/Azure/y 1.0.0',
    ],
  ])('that is %s is asked about, although the image has a distribution', async (_, component, expected) => {
    const reported = await run(cycloneDx(component));
    expect(reported.asked).toContain(expected);
    expect([reported.open, reported.packages]).toEqual([[], 2]);
  });

  test.each([
    [
      'without a purl',
      { type: 'library', name: 'thing', version: '1.0' },
      /^thing 1\.0 of the statement: it has no purl/,
    ],
    [
      'with a purl that is none',
      library('thing', '1.0', 'npm:thing'),
      /^thing 1\.0 of .*: its purl can't be read: npm:thing/,
    ],
    [
      'of an ecosystem that we lack',
      library('thing', '1.0', 'pkg:hex/thing@1.0'),
      /no source of advisories covers packages of the type hex$/,
    ],
    ['of another distribution', library('thing', '1.0-r0', 'pkg:apk/wolfi/thing@1.0-r0'), /it is an apk package/],
    ['without a version', { type: 'library', name: 'thing', purl: 'pkg:npm/thing' }, /nothing says its version$/],
    [
      'that was built from a working copy',
      library('thing', '(devel)', 'pkg:golang/x/thing@(devel)'),
      /can't be ordered among the versions of Go$/,
    ],
    ['that is an application', { type: 'application', name: 'thing', version: '1.0' }, /it has no purl/],
    ['that is an application without a version', { type: 'application', name: 'thing' }, /^thing of .*it has no purl/],
  ])('%s leaves a question open, and is counted', async (_, component, expected) => {
    const reported = await run(cycloneDx(component));
    expect(reported.open).toEqual([expect.stringMatching(expected)]);
    expect(reported.packages).toBe(2);
  });

  test('that is in the databases too is asked about once, with a purl or without', async () => {
    const [npm] = inventoryOf(null, [['lodash', '4.17.21']], 'npm').packages;
    const [pypi] = inventoryOf(null, [['Jinja_2', '3.1.0']], 'pypi').packages;
    const base = inventoryOf(DEBIAN, [['tool', '1']]);
    const inventory: Inventory = {
      ...base,
      packages: [...base.packages, ...(npm === undefined ? [] : [npm]), ...(pypi === undefined ? [] : [pypi])],
    };
    const sbom = cycloneDx(
      { type: 'library', name: 'tool', version: '1' },
      library('lodash', '4.17.21', 'pkg:npm/lodash@4.17.21'),
      library('lodash', '3.0.0', 'pkg:npm/lodash@3.0.0'),
      library('jinja-2', '3.1.0', 'pkg:pypi/jinja-2@3.1.0'),
      library('tool', '1', 'pkg:deb/debian/tool@1?arch=source'),
    );
    const reported = await run(sbom, inventory);
    expect(reported.asked.sort()).toEqual([
      'Debian:12 tool 1',
      'PyPI jinja-2 3.1.0',
      'npm lodash 3.0.0',
      'npm lodash 4.17.21',
    ]);
    expect([reported.open, reported.packages]).toEqual([[], 4]);
  });

  test.each([
    ["CycloneDX's key", cycloneDx({ type: 'cryptographic-asset', name: 'key' })],
    ['a file', cycloneDx({ type: 'file', name: '/etc/motd' })],
    ['the distribution', cycloneDx({ type: 'operating-system', name: 'debian', version: '12' })],
    [
      'a lock file that only holds others',
      cycloneDx({ type: 'application', name: 'a.lock', components: [library('x', '1.0.0', 'pkg:npm/x@1.0.0')] }),
    ],
    ['an image', cycloneDx({ type: 'library', name: 'made', version: '1', purl: 'pkg:oci/made@sha256:00' })],
    ["Trivy's distribution", spdx([['OperatingSystem-1', '12']])],
    [
      "Trivy's group",
      spdx([['Application-1'], ['x', '1.0.0', 'pkg:npm/x@1.0.0']], [['Application-1', 'CONTAINS', 'x']]),
    ],
    ['a layer', spdx([[`sha256:${'0'.repeat(64)}`]])],
    ['the image that is described', spdx([['made', '1']], [['DOCUMENT', 'DESCRIBES', 'made']])],
  ])('that is %s is no package', async (_, sbom) => {
    expect((await run(sbom)).open).toEqual([]);
  });

  test('that apko names beside a package, as its source and its build file, is no package', async () => {
    const apko = [
      ['curl', '8.0-r0', 'pkg:apk/wolfi/curl@8.0-r0?arch=x86_64'],
      ['curl.yaml', '1', 'pkg:github/wolfi-dev/os@1'],
      ['upstream', '8.0', 'pkg:github/curl/curl@8.0'],
    ] as const;
    const inventory = inventoryOf(WOLFI, [['curl', '8.0-r0']]);
    const reported = await run(
      spdx(apko, [
        ['curl', 'DESCRIBED_BY', 'curl.yaml'],
        ['curl', 'GENERATED_FROM', 'upstream'],
      ]),
      inventory,
    );
    expect([reported.open, reported.packages]).toEqual([[], 1]);
    expect((await run(spdx(apko), inventory)).open).toHaveLength(2);
  });

  test.each(['CONTAINS', 'DEPENDS_ON', 'OTHER'])(
    "that a distribution's package brought (%s) is the distribution's to evaluate, as long as there is one",
    async (relationship) => {
      const sbom = spdx(
        [
          ['tool', '1', 'pkg:deb/debian/tool@1?arch=amd64'],
          ['x', '1.0.0', 'pkg:golang/x@1.0.0'],
          ['other', '2', 'pkg:deb/debian/other@2?arch=amd64'],
        ],
        [
          ['tool', relationship, 'x'],
          ['tool', relationship, 'other'],
        ],
      );
      expect((await run(sbom)).asked).toEqual(['Debian:12 tool 1', 'Debian:12 other 2']);
      expect((await run(sbom, { ...inventoryOf(null, []), distribution: null })).asked).toEqual(['Go x 1.0.0']);
    },
  );

  test('that a package brought which the image does not have is asked about', async () => {
    const sbom = spdx(
      [
        ['app', '1', 'pkg:deb/acme/app@1?arch=amd64'],
        ['x', '1.0.0', 'pkg:golang/x@1.0.0'],
      ],
      [['app', 'DEPENDS_ON', 'x']],
    );
    expect((await run(sbom)).asked).toEqual(['Debian:12 tool 1', 'Debian:12 app 1', 'Go x 1.0.0']);
  });
});
