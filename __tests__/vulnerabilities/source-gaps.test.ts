import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { present } from '../../src/evidence/evidence.js';
import type { Distribution, InstalledPackage, Inventory } from '../../src/packages/inventory.js';
import { noKnownVulnerabilities } from '../../src/rules/no-known-vulnerabilities.js';
import type { KnownVulnerabilities } from '../../src/vulnerabilities/vulnerabilities.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';
import { ALPINE, collectKnown, DEBIAN, inventoryOf, WOLFI } from '../support/image/vulnerability-run.js';
import { evidenceOf, type Files, zipOf } from '../support/registry/export-directory.js';
import { canaryRecord } from '../support/registry/osv-canary.js';
import {
  HIGH,
  knowing,
  type MadeRecord,
  osvRecord,
  securityDatabase,
  serveOsv,
} from '../support/registry/osv-server.js';

const distribution = (id: string, versionId: string): Distribution => ({
  id,
  idLike: [],
  versionId,
  where: 'etc/os-release',
});
const ALMALINUX = distribution('almalinux', '9.4');
const RPM = [['tool', '1.0-1.el9']] as const;
const TOOL = { ecosystem: 'AlmaLinux:9', name: 'tool', fixed: '1.0-2.el9' };
const LIST = {
  dateReleased: '2026-11-20T00:00:00Z',
  vulnerabilities: [{ cveID: 'CVE-1999-0001' }],
};

/** What is known of packages by records of a release, in a directory of exports. */
async function known(inventory: Inventory, release: string, records: readonly MadeRecord[], files: Files = {}) {
  return presentIn(
    await evidenceOf(
      {
        'whole.zip': zipOf([canaryRecord(release), ...records]),
        'known_exploited_vulnerabilities.json': LIST,
        ...files,
      },
      inventory,
    ),
  );
}

/** The same of a service, which also has records by their names. */
async function askedOnline(inventory: Inventory, records: readonly MadeRecord[], fixes = {}) {
  const community = (release: string) => ({ body: securityDatabase(release, fixes) });
  const server = await serveOsv({ ...knowing(records), community });
  try {
    return presentIn(await collectKnown({ inventory, server }));
  } finally {
    await server.close();
  }
}

function presentIn(evidence: Awaited<ReturnType<typeof collectKnown>>): KnownVulnerabilities {
  if (evidence.status !== 'present') throw new Error(JSON.stringify(evidence));
  return evidence.value;
}

const answersOf = (value: KnownVulnerabilities, options = {}) =>
  evaluateRule(noKnownVulnerabilities, subjectOf({ vulnerabilities: present(value, 'the test') }), 'strict', options);
const outcomesOf = (value: KnownVulnerabilities, options = {}) =>
  answersOf(value, options).map(({ outcome }) => outcome);
const found = (value: KnownVulnerabilities) =>
  value.found.map(({ id, rating, fixedIn, subscription }) =>
    [id, rating.severity, fixedIn ?? 'unfixed', subscription].filter((word) => word !== undefined).join(' '),
  );

const changed = (inventory: Inventory, change: Partial<InstalledPackage>): Inventory => ({
  ...inventory,
  packages: inventory.packages.map((one) => ({ ...one, ...change })),
});

/** What shows each row of the table in docs/vulnerability-data.md, by its first two cells. */
const ROWS: Readonly<Record<string, () => Promise<void>>> = {
  'AlmaLinux, Rocky Linux, Red Hat, SUSE, openSUSE, Mageia: what has no fix yet: only fixes are published':
    async () => {
      const releases = [
        [ALMALINUX, 'AlmaLinux:9'],
        [distribution('rocky', '9.4'), 'Rocky Linux:9'],
        [distribution('mageia', '9'), 'Mageia:9'],
        [distribution('opensuse-leap', '16.0'), 'openSUSE:Leap 16.0'],
      ] as const;
      for (const [of, release] of releases) {
        const value = await known(inventoryOf(of, RPM, 'rpm'), release, []);
        expect(answersOf(value)[0]?.message).toMatch(
          /has a known vulnerability that has a fix|no known vulnerability that has a fix/,
        );
        expect(outcomesOf(value)).toEqual(['pass']);
        expect(outcomesOf(value, { requireUnfixedData: true })).toEqual(['indeterminate']);
      }
    },
  'AlmaLinux: severity and CVEs, but in the title and in `related`': async () => {
    const more = { severity: null, summary: 'Important: tool security update', related: ['CVE-2026-0001'] };
    const notice = osvRecord('ALSA-2026:0001', [TOOL], more);
    expect(found(await known(inventoryOf(ALMALINUX, RPM, 'rpm'), 'AlmaLinux:9', [notice]))).toEqual([
      'CVE-2026-0001 high 1.0-2.el9',
    ]);
  },
  'AlmaLinux, Rocky Linux, Red Hat, SUSE: which notices are about vulnerabilities, but by their id and CVEs':
    async () => {
      const notices = [
        osvRecord('ALBA-2026:0001', [TOOL], { severity: null }),
        osvRecord('ALEA-2026:0002', [TOOL], { severity: null, related: ['CVE-2026-0002'] }),
      ];
      expect(found(await known(inventoryOf(ALMALINUX, RPM, 'rpm'), 'AlmaLinux:9', notices))).toEqual([
        'CVE-2026-0002 unknown 1.0-2.el9',
      ]);
    },
  'openSUSE, SUSE, Wolfi, Chainguard, MinimOS: severity': async () => {
    const inventory = inventoryOf(WOLFI, [['tool', '1.0-r0']]);
    const record = (id: string, alias: string) =>
      osvRecord(id, [{ ecosystem: 'Wolfi', name: 'tool', fixed: '1.0-r1' }], { severity: null, aliases: [alias] });
    const rated = [record('CGA-1', 'CVE-2026-0001'), record('CGA-2', 'CVE-2026-0002')];
    const value = await askedOnline(inventory, [...rated, osvRecord('CVE-2026-0001', [], { severity: [HIGH] })]);
    expect(found(value).sort()).toEqual(['CVE-2026-0001 high 1.0-r1', 'CVE-2026-0002 unknown 1.0-r1']);
  },
  'Alpine, in OSV: vulnerabilities of `community`': async () => {
    const inventory = inventoryOf(ALPINE, [['go', '1.24.1-r0']]);
    const list = securityDatabase('v3.22', { go: { '1.24.2-r0': ['CVE-2025-22871'] } });
    expect(found(await known(inventory, 'Alpine:v3.22', [], { 'alpine-secdb/v3.22/community.json': list }))).toEqual([
      'CVE-2025-22871 unknown 1.24.2-r0',
    ]);
    expect((await known(inventory, 'Alpine:v3.22', [])).uncovered.map(({ name }) => name)).toEqual(['go']);
  },
  'Alpine: severity and dates in its security database, and what has no fix yet': async () => {
    const inventory = inventoryOf(ALPINE, [['go', '1.24.1-r0']]);
    const rating = osvRecord('CVE-2025-22871', [], { severity: [HIGH], published: '2025-04-08T00:00:00Z' });
    const value = await askedOnline(inventory, [rating], { go: { '1.24.2-r0': ['CVE-2025-22871'] } });
    expect(found(value)).toEqual(['CVE-2025-22871 high 1.24.2-r0']);
    expect(value.found[0]?.published).toBe(Date.parse('2025-04-08T00:00:00Z'));
    expect(value.fixesOnly).toEqual(['Alpine:v3.22']);
  },
  'Debian: which of the open ones it postponed or will not fix': async () => {
    const open = osvRecord('DEBIAN-CVE-2026-0001', [{ ecosystem: 'Debian:12', name: 'tool' }]);
    const value = await known(inventoryOf(DEBIAN, [['tool', '1.0-1']]), 'Debian:12', [open]);
    expect(found(value)).toEqual(['CVE-2026-0001 high unfixed']);
    expect(outcomesOf(value, { fixable: true, rest: 'off' })).toEqual(['pass']);
    expect(outcomesOf(value, { fixable: false })).toEqual(['fail']);
  },
  'Ubuntu: a release where only Ubuntu Pro has the fix': async () => {
    const pro = { ecosystem: 'Ubuntu:Pro:24.04:LTS', name: 'tool', fixed: '1.0-1ubuntu0.1~esm1' };
    const record = osvRecord('UBUNTU-CVE-2026-0001', [pro]);
    const inventory = inventoryOf(distribution('ubuntu', '24.04'), [['tool', '1.0-1']], 'deb');
    expect(found(await known(inventory, 'Ubuntu:24.04:LTS', [record]))).toEqual([
      'CVE-2026-0001 high unfixed Ubuntu Pro',
    ]);
  },
  'Azure Linux: a fix where there is none yet, but the last version that is affected': async () => {
    const about = { ecosystem: 'Azure Linux:3', name: 'tool' };
    const events = [{ introduced: '0' }, { last_affected: '1.0-1.azl3' }];
    const record = {
      ...osvRecord('AZL-1', []),
      affected: [{ package: about, ranges: [{ type: 'ECOSYSTEM', events }] }],
    };
    const at = (version: string) =>
      known(inventoryOf(distribution('azurelinux', '3.0'), [['tool', version]], 'rpm'), 'Azure Linux:3', [record]);
    expect([found(await at('1.0-1.azl3')), found(await at('1.0-2.azl3'))]).toEqual([['AZL-1 high unfixed'], []]);
  },
  'rpm distributions: the epoch of a source package': async () => {
    const source = { name: 'httpd', version: '2.4.57-8.el9' };
    const inventory = changed(inventoryOf(ALMALINUX, [['mod_ssl', '1:2.4.57-8.el9']], 'rpm'), { source });
    const record = (fixed: string) =>
      osvRecord('ALSA-2026:1', [{ ...TOOL, name: 'httpd', fixed }], { severity: [HIGH] });
    const older = await known(inventory, 'AlmaLinux:9', [record('0:2.4.57-11.el9')]);
    const fixed = await known(inventory, 'AlmaLinux:9', [record('0:2.4.57-8.el9')]);
    expect([found(older), found(fixed)]).toEqual([['ALSA-2026:1 high 0:2.4.57-11.el9'], []]);
  },
  'rpm distributions with modules: of which stream a fix is, but in the title': async () => {
    const built = '16.20.0-1.module_el9.2.0+1+abc';
    const notice = osvRecord('ALSA-2026:1', [{ ...TOOL, fixed: '18.1.0-1.module_el9.2.0+2+abc' }], {
      summary: 'Important: tool:18 security update',
    });
    const of = async (module: string) => {
      const inventory = changed(inventoryOf(ALMALINUX, [['tool', built]], 'rpm'), { module });
      return found(await known(inventory, 'AlmaLinux:9', [notice])).length;
    };
    expect([await of('tool:18'), await of('tool:16')]).toEqual([1, 0]);
  },
  'Bitnami: what it does not package itself any more, or never did': async () => {
    const inventory = inventoryOf(DEBIAN, [['libc6', '2.36-9', 'glibc']]);
    const [first] = inventoryOf(null, [['node', '22.1.0']], 'generic').packages;
    const runtime = { ...inventory, packages: [...inventory.packages, ...(first === undefined ? [] : [first])] };
    const covered = await known(runtime, 'Debian:12', [canaryRecord('Bitnami')]);
    const uncovered = await known(runtime, 'Debian:12', []);
    expect(covered.community.map(({ name }) => name)).toEqual(['node']);
    expect(uncovered.uncovered.map(({ name }) => name)).toEqual(['node']);
    expect([outcomesOf(covered), outcomesOf(uncovered)]).toEqual([['pass'], ['indeterminate']]);
  },
  'exports: that a record was withdrawn, but in the record': async () => {
    const record = osvRecord('ALSA-2026:1', [TOOL], { withdrawn: '2026-11-01T00:00:00Z' });
    expect(found(await known(inventoryOf(ALMALINUX, RPM, 'rpm'), 'AlmaLinux:9', [record]))).toEqual([]);
  },
  'any release past its end: what was found since': async () => {
    const value = await known(
      inventoryOf(distribution('alpine', '3.12.1'), [['musl', '1.1.24-r9']]),
      'Alpine:v3.12',
      [],
    );
    expect(outcomesOf(value)).toEqual(['indeterminate']);
  },
  'Amazon Linux, Oracle Linux, Fedora, Photon OS, Red Hat Enterprise Linux 10: anything that can be queried by package and version':
    async () => {
      for (const [id, release] of [
        ['amzn', '2023'],
        ['ol', '9.4'],
        ['fedora', '43'],
        ['photon', '5.0'],
        ['rhel', '10.0'],
      ] as const) {
        const value = await known(inventoryOf(distribution(id, release), RPM, 'rpm'), 'AlmaLinux:9', []);
        expect(outcomesOf(value)).toEqual(['indeterminate']);
      }
    },
};

const TABLE = /## What a source leaves out\n[\s\S]*?\n(\|[\s\S]*?)\n\n/.exec(
  readFileSync(new URL('../../docs/vulnerability-data.md', import.meta.url), 'utf8'),
);
const rows = (TABLE?.[1] ?? '')
  .split('\n')
  .slice(2)
  .map((line) =>
    line
      .split('|')
      .slice(1, 3)
      .map((cell) => cell.trim())
      .join(': '),
  );

test('the table of what sources do not say has the rows that are shown here', () => {
  expect(rows).toEqual(Object.keys(ROWS));
});

test.each(Object.entries(ROWS))('the gap exists: %s', async (_, shows) => {
  await shows();
});
