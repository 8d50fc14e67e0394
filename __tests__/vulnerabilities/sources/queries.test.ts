import { describe, expect, test } from '@jest/globals';
import type { RunSettings } from '../../../src/evidence/collector.js';
import { optionalField } from '../../../src/lib/collections.js';
import type { Distribution, Inventory } from '../../../src/packages/inventory.js';
import type { AllowEntry } from '../../../src/policy/policy.js';
import { queriesAbout } from '../../../src/vulnerabilities/sources/queries.js';
import { ALPINE, collectKnown, DEBIAN, inventoryOf, WOLFI } from '../../support/image/vulnerability-run.js';
import { exportDirectory, zipOf } from '../../support/registry/export-directory.js';
import { canaryRecord } from '../../support/registry/osv-canary.js';
import { makeAllowEntry } from '../../support/signing/allow-entry.js';

function distribution(id: string, versionId?: string): Distribution {
  return { id, idLike: [], ...optionalField('versionId', versionId), where: 'etc/os-release' };
}

function asked(of: Distribution | null, type: 'apk' | 'deb' | 'rpm' | 'npm' | 'pypi'): string {
  const { packages } = inventoryOf(of, [['tool', '1.0', 'origin']], type);
  const { queries, unevaluated } = queriesAbout(packages, of);
  return [
    ...queries.map(({ ecosystem, name, about }) => `${ecosystem} ${name}${about === 'possible' ? '?' : ''}`),
    ...unevaluated.map(({ reason }) => `unevaluated: ${reason}`),
  ].join(', ');
}

describe('what is asked about a package', () => {
  test.each([
    [distribution('wolfi', '20230201'), 'apk', 'Wolfi tool, Wolfi origin?'],
    [distribution('chainguard'), 'apk', 'Chainguard tool, Chainguard origin?, Wolfi tool, Wolfi origin?'],
    [distribution('alpine', '3.22.3'), 'apk', 'Alpine:v3.22 origin, Alpine:v3.22 tool'],
    [distribution('debian', '12'), 'deb', 'Debian:12 origin'],
    [distribution('ubuntu', '22.04'), 'deb', 'Ubuntu:22.04 origin, Ubuntu:Pro:22.04:LTS origin'],
    [distribution('almalinux', '9.4'), 'rpm', 'AlmaLinux:9 tool, AlmaLinux:9 origin'],
    [distribution('opensuse-leap', '15.5'), 'rpm', 'openSUSE:Leap 15.5 tool, openSUSE:Leap 15.5 origin'],
    [distribution('debian', '12'), 'npm', 'npm tool'],
    [null, 'pypi', 'PyPI tool'],
  ] as const)('of %j %s', (of, type, expected) => {
    expect(asked(of, type)).toBe(expected);
  });

  test.each([
    [null, 'apk', /no os-release/],
    [distribution('alpine', '3.23_alpha20250612'), 'apk', /the release 3\.23_alpha/],
    [distribution('debian'), 'deb', /no release/],
    [distribution('fedora', '41'), 'rpm', /no source of advisories covers fedora 41/],
    [distribution('constructor', '1'), 'deb', /no source of advisories/],
    [distribution('debian', '12'), 'apk', /it is an apk package, and the distribution's packages are deb/],
    [distribution('rhel', '7.9'), 'rpm', /the release 7\.9/],
  ] as const)('of %j %s nothing can be asked', (of, type, expected) => {
    expect(asked(of, type)).toMatch(/^unevaluated: /);
    expect(asked(of, type)).toMatch(expected);
  });

  test.each([
    ['', '1.0'],
    ['tool', ''],
    ['tool\n', '1.0'],
    ['tool', '1.0\u0000'],
    ['x'.repeat(300), '1.0'],
    ['tool‮', '1.0'],
  ])('a hostile name or version (%j %j) is asked of nobody, and is a gap', (name, version) => {
    const { queries, unevaluated } = queriesAbout(inventoryOf(ALPINE, [[name, version]]).packages, ALPINE);
    expect([queries.length, unevaluated.length]).toEqual([0, 1]);
  });

  test.each([
    ['pypi', '2004d', 'PyPI'],
    ['npm', 'latest', 'npm'],
    ['npm', '1.2.3.4', 'npm'],
  ] as const)(
    'a version without a place in its order (%s %s) is a gap that names the package',
    (type, version, name) => {
      const { queries, unevaluated } = queriesAbout(inventoryOf(DEBIAN, [['tool', version]], type).packages, DEBIAN);
      expect(queries).toEqual([]);
      expect(unevaluated).toEqual([
        { what: `tool ${version}`, reason: `its version can't be ordered among the versions of ${name}` },
      ]);
    },
  );

  test("a library that a distribution's package brought is the distribution's to evaluate", () => {
    const [library] = inventoryOf(WOLFI, [['pip', '24.0']], 'pypi').packages;
    const packages = library === undefined ? [] : [{ ...library, partOf: 'py3-pip' }];
    expect(queriesAbout(packages, WOLFI)).toEqual({ queries: [], unevaluated: [], uncovered: [], packages: 0 });
  });
});

describe('an image that was not understood', () => {
  const gaps = async (inventory: Inventory, entry?: AllowEntry, settings: Partial<RunSettings> = {}) => {
    const evidence = await collectKnown({ inventory, settings, ...optionalField('entry', entry) });
    return evidence.status === 'present' ? evidence.value.unevaluated.map(({ reason }) => reason) : [evidence.status];
  };
  const entry = makeAllowEntry({ pattern: 'registry.test/**', noPackages: 'allow' });

  test('is not clean: no package, no os-release, a database that could not be read', async () => {
    expect(await gaps(inventoryOf(WOLFI, []))).toEqual([
      'no package was found in it, and its allow entry does not have `no-packages: allow`',
    ]);
    expect(await gaps(inventoryOf(null, [['tool', '1.0']]))).toEqual([
      'there is no os-release that names the distribution',
    ]);
    const unread = { ...inventoryOf(WOLFI, []), unknowns: [{ path: 'lib/apk/db/installed', reason: 'it breaks off' }] };
    expect(await gaps(unread, entry)).toEqual(['it breaks off']);
  });

  test('may have no package where its entry says so', async () => {
    expect(await gaps(inventoryOf(null, []), entry)).toEqual([]);
  });

  // As where somebody removed /var/lib/dpkg: its libraries and programs stay, and nothing shows of the latter.
  test('is not clean by the libraries of a language alone, unless its entry says so', async () => {
    const missing = 'no distribution package was found in it, and its allow entry does not have `no-packages: allow`';
    const vulnerabilitiesDirectory = await exportDirectory({ 'npm/all.zip': zipOf([canaryRecord('npm')]) });
    for (const distribution of [DEBIAN, null]) {
      const inventory = inventoryOf(distribution, [['left-pad', '1.0.0']], 'npm');
      expect(await gaps(inventory, undefined, { vulnerabilitiesDirectory })).toEqual([missing]);
      expect(await gaps(inventory, entry, { vulnerabilitiesDirectory })).toEqual([]);
    }
  });
});
