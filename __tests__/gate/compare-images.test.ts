import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Evidence, present } from '../../src/evidence/evidence.js';
import type { CollectedEvidence } from '../../src/evidence/kinds.js';
import { compareImages } from '../../src/gate/image-diff.js';
import { BASE_CHANGE_ENTRIES } from '../../src/reports/package-diff.js';
import type { Vulnerability } from '../../src/vulnerabilities/vulnerabilities.js';
import { apkInventory, collectAttested } from '../support/image/attested-image.js';
import { apkPackage, spdxDocument } from '../support/image/make-sbom.js';
import { makeKnown, makeVulnerability } from '../support/image/vulnerability-maker.js';

type Packages = Readonly<Record<string, string>>;
const OFFLINE: Evidence<never> = {
  status: 'unavailable',
  cause: 'offline',
  message: 'The run is offline.',
  fix: 'Go online.',
};

const layers = (packages: Packages): CollectedEvidence => ({
  packages: present(apkInventory(Object.entries(packages)), 'layers'),
});
const sbom = (packages: Packages): Promise<CollectedEvidence> =>
  collectAttested({
    statements: [
      {
        predicateType: 'https://spdx.dev/Document',
        predicate: spdxDocument({
          packages: Object.entries(packages).map(([name, version]) => apkPackage(name, version)),
        }),
      },
    ],
  });
const compare = (before: CollectedEvidence, after: CollectedEvidence) =>
  compareImages({ name: 'old:1', evidence: before }, { name: 'new:2', evidence: after });

describe('packages of two images', () => {
  test('are those of the SBOM where the layers of one can not be had', async () => {
    const [before, after] = await Promise.all([sbom({ curl: '1', bash: '1' }), sbom({ curl: '2' })]);
    const { packages } = compare({ ...before, packages: OFFLINE }, { ...after, ...layers({ curl: '2' }) });
    expect(packages).toMatchObject({ from: 'SBOM', counts: { added: 0, removed: 1, changed: 1 } });
  });

  test('are never those of the layers here and of a document there', async () => {
    const { packages } = compare({ ...(await sbom({ curl: '1' })), packages: OFFLINE }, layers({ curl: '1' }));
    expect(packages).toEqual({ status: 'not-known', reason: 'old:1: The run is offline.' });
  });

  test('that could not all be read are said to be', () => {
    const unread = present(
      apkInventory([], [{ path: 'var/lib/rpm/rpmdb.sqlite', reason: 'it is not a database' }]),
      'layers',
    );
    expect(compare(layers({ curl: '1' }), { packages: unread }).packages).toMatchObject({
      counts: { removed: 1 },
      gaps: ['In new:2, /var/lib/rpm/rpmdb.sqlite could not be read: it is not a database.'],
    });
  });

  test('do not come or go with a document that lists none', async () => {
    const [before, after] = await Promise.all([sbom({}), sbom({ curl: '1', libfoo: '1' })]);
    expect(
      compare({ ...before, ...layers({ curl: '1' }) }, { ...after, ...layers({ curl: '1' }) }).packages,
    ).toMatchObject({
      from: 'layers',
      counts: { added: 0, removed: 0, changed: 0 },
    });
    expect(compare({ ...before, packages: OFFLINE }, { ...after, packages: OFFLINE }).packages).toEqual({
      status: 'not-known',
      reason: 'old:1: The run is offline.',
    });
  });

  test('that a document lists and no purl names are said to be left out, where the other does not list them', async () => {
    const listing = async (place: string, ...names: readonly string[]): Promise<CollectedEvidence> => {
      const made = names.map((name) => ({ name, version: '1' }));
      const predicate = spdxDocument({ packages: [apkPackage('curl', '1'), ...made] });
      const evidence = await collectAttested({
        statements: [{ predicateType: 'https://spdx.dev/Document', predicate }],
      });
      if (evidence.sbom?.status !== 'present') throw new Error('there is no SBOM');
      const chosen = { ...evidence.sbom.value.chosen, place };
      return { sbom: present({ ...evidence.sbom.value, chosen }, place), ...layers({ curl: '1' }) };
    };
    const [before, after, again] = await Promise.all([
      listing('referrers of a in x', 'same'),
      listing('x:b.att', 'same', 'tool', 'other'),
      listing('x:c.att', 'same'),
    ]);
    expect(compare(before, after).packages).toMatchObject({
      counts: { added: 0, removed: 0, changed: 0 },
      gaps: [
        expect.stringMatching(/new:2 .*\btool 1\b.* purl/),
        expect.stringMatching(/^The SBOM of new:2 lists .* without a readable purl/),
      ],
    });
    expect(compare(before, again).packages).toMatchObject({ gaps: [] });
  });

  test('are listed up to a limit, and counted whole', () => {
    const many = Object.fromEntries(Array.from({ length: BASE_CHANGE_ENTRIES + 5 }, (_, i) => [`p${i}`, '1']));
    const { packages } = compare(layers({}), layers(many));
    expect(packages).toMatchObject({ counts: { added: BASE_CHANGE_ENTRIES + 5 } });
    expect(packages.status === 'compared' && packages.added.length).toBe(BASE_CHANGE_ENTRIES);
  });

  test('add up: what one has and the other has not is added, removed or changed', () => {
    const names = fc.constantFrom('a', 'b', 'c', '__proto__', 'x/y', '@s/z', '');
    const some = fc.dictionary(names, fc.constantFrom('1', '2', '1:3~rc'), { maxKeys: 6 });
    fc.assert(
      fc.property(some, some, (before, after) => {
        const { packages } = compare(layers(before), layers(after));
        if (packages.status !== 'compared') throw new Error(packages.reason);
        const { added, removed } = packages.counts;
        expect(Object.keys(after).length - Object.keys(before).length).toBe(added - removed);
      }),
    );
  });
});

describe('known vulnerabilities of two images', () => {
  const known = (...found: readonly Vulnerability[]): CollectedEvidence => ({
    vulnerabilities: present(makeKnown(found), 'the test'),
  });
  const ONE = makeVulnerability('CVE-2026-0001');
  const silenced: Vulnerability = { ...ONE, vex: { status: 'not_affected', silences: true, reason: 'not reachable' } };

  test('that VEX silences on one side alone are open on the other', () => {
    expect(compare(known(silenced), known(ONE)).vulnerabilities).toMatchObject({ counts: { added: 1, removed: 0 } });
    expect(compare(known(ONE), known(silenced)).vulnerabilities).toMatchObject({ counts: { added: 0, removed: 1 } });
    expect(compare(known(silenced), known(silenced)).vulnerabilities).toMatchObject({
      counts: { added: 0, removed: 0 },
    });
  });

  test('by another name are the same', () => {
    const alias = { ...ONE, id: 'GHSA-x', ids: ['GHSA-x', 'CVE-2026-0001'] };
    expect(compare(known(ONE), known(alias)).vulnerabilities).toMatchObject({ counts: { added: 0, removed: 0 } });
  });

  test('are not known where one side could not be asked, or nobody asks', () => {
    const { vulnerabilities } = compare(known(ONE), { vulnerabilities: OFFLINE });
    expect(vulnerabilities).toEqual({ status: 'not-known', reason: 'new:2: The run is offline.' });
    expect(compare({}, {})).toEqual({
      packages: { status: 'not-known', reason: 'No rule of the policy needs them.' },
      vulnerabilities: { status: 'not-known', reason: 'No rule of the policy needs them.' },
    });
  });
});
