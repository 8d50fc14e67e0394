import { describe, expect, test } from '@jest/globals';
import { ALPINE, inventoryOf } from '../../../support/image/vulnerability-run.js';
import { bare, evidenceOf, type Files, zipOf } from '../../../support/registry/export-directory.js';
import { canaryRecord } from '../../../support/registry/osv-canary.js';
import { osvRecord } from '../../../support/registry/osv-server.js';

const OPENSSL = { ecosystem: 'Alpine:v3.22', name: 'openssl' };
const CANARY = canaryRecord('Alpine:v3.22');
const OTHER_PACKAGE = osvRecord('ALPINE-CVE-2026-0004', [{ ...OPENSSL, name: 'zlib' }]);
const OTHER_RELEASE = osvRecord('ALPINE-CVE-2026-0003', [{ ...OPENSSL, ecosystem: 'Alpine:v3.19' }]);

describe('a directory of OSV exports', () => {
  test.each<[string, Files, RegExp]>([
    [
      'nothing',
      {},
      /^\? 1 package of Alpine:v3\.22: no archive of it is among the OSV exports in .* \(Alpine\/all\.zip\)$/,
    ],
    ['single records', { 'a.json': OTHER_PACKAGE, 'Alpine/b.json': CANARY }, /no archive of it/],
    ['an archive of another family', { 'Debian/all.zip': zipOf([canaryRecord('Debian:12')]) }, /no archive of it/],
    ['an archive of another release', { 'Alpine:v3.19/all.zip': zipOf([CANARY, OTHER_RELEASE]) }, /no archive of it/],
    ['an archive with one record', { 'Alpine/all.zip': zipOf([OTHER_PACKAGE]) }, /empty result proves nothing$/],
    [
      'an archive that knows another release alone',
      { 'Alpine/all.zip': zipOf([OTHER_PACKAGE, canaryRecord('Alpine:v3.19')]) },
      /^\? 1 package of Alpine:v3\.22: the archive of it among .* lists no vulnerability even for the oldest openssl there/,
    ],
    [
      'an archive whose old record is of no version',
      { 'Alpine/all.zip': zipOf([{ ...CANARY, affected: [{ package: OPENSSL, versions: ['9'] }] }]) },
      /empty result proves nothing$/,
    ],
    ['an archive without a record', { 'Alpine/all.zip': zipOf([]) }, /no archive of it/],
  ])('that holds %s does not prove the rest clean', async (_, files, expected) => {
    expect(await bare(files, inventoryOf(ALPINE, [['musl', '1.2.5-r0']]))).toMatch(expected);
  });

  test('says where the archive that it lacks is to be had', async () => {
    const evidence = await evidenceOf({}, inventoryOf(ALPINE, [['musl', '1.2.5-r0']]));
    expect(evidence.status === 'present' && evidence.value.unevaluated.map(({ fix }) => fix)).toEqual([
      expect.stringContaining('https://osv-vulnerabilities.storage.googleapis.com/Alpine/all.zip'),
    ]);
  });

  test.each(['Alpine/all.zip', 'Alpine:v3.22/all.zip', 'all.zip', 'mine/export.zip'])(
    'proves the rest clean with an archive at %s that knows an old vulnerability',
    async (path) => {
      for (const place of [0, 1, 2]) {
        const old = canaryRecord('Alpine:v3.22', undefined, place);
        expect(await bare({ [path]: zipOf([old]) }, inventoryOf(ALPINE, [['musl', '1.2.5-r0']]))).toBe('');
      }
    },
  );

  describe('is as old as', () => {
    const ages = async (files: Files, inventory = inventoryOf(ALPINE, [['musl', '1.2.5-r0']])) => {
      const evidence = await evidenceOf(files, inventory);
      const [source] = evidence.status === 'present' ? evidence.value.sources : [];
      return source?.asOf === undefined ? 'no age' : new Date(source.asOf).toISOString().slice(0, 10);
    };
    const alpine = (modified: string) => canaryRecord('Alpine:v3.22', modified);
    const old = alpine('2026-09-01T00:00:00Z');
    const fresh = (ecosystem: string) =>
      osvRecord('FRESH-1', [{ ecosystem, name: 'zlib', fixed: '1-r0' }], { modified: '2026-11-20T00:00:00Z' });

    test.each<[string, Files, string]>([
      [
        'the newest record of its archive, after a quiet month',
        { 'Alpine/all.zip': zipOf([alpine('2026-10-10T00:00:00Z'), fresh('Alpine:v3.19')]) },
        '2026-11-20',
      ],
      [
        'its own release, which had no change while others had',
        { 'Alpine/all.zip': zipOf([old, fresh('Alpine:v3.19')]) },
        '2026-09-01',
      ],
      [
        'its archive, whatever single record is written next to it',
        { 'Alpine/all.zip': zipOf([old]), 'a.json': fresh('Alpine:v3.22') },
        '2026-09-01',
      ],
      ["its own ecosystem's records in the archive", { 'all.zip': zipOf([old, fresh('Wolfi')]) }, '2026-09-01'],
      [
        'its archive, whatever smaller one is written next to it',
        { 'Alpine/all.zip': zipOf([old]), 'mine.zip': zipOf([fresh('Alpine:v3.22')]) },
        '2026-09-01',
      ],
      [
        'the older of two archives that could be the whole',
        { 'Alpine/all.zip': zipOf([old]), 'all.zip': zipOf([alpine('2026-11-20T00:00:00Z')]) },
        '2026-09-01',
      ],
      [
        'a record of the future, which the rule refuses',
        { 'Alpine/all.zip': zipOf([alpine('2099-01-01T00:00:00Z')]) },
        '2099-01-01',
      ],
      ['1970 where its records have no date', { 'Alpine/all.zip': zipOf([alpine('yesterday')]) }, '1970-01-01'],
      ['nothing, where it has no archive', { 'a.json': fresh('Alpine:v3.22') }, 'no age'],
    ])('%s', async (_, files, expected) => {
      expect(await ages(files)).toBe(expected);
    });

    test('the oldest of the ecosystems asked about', async () => {
      const [library] = inventoryOf(null, [['left-pad', '1.0.0']], 'npm').packages;
      const alpineInventory = inventoryOf(ALPINE, [['musl', '1.2.5-r0']]);
      const inventory = {
        ...alpineInventory,
        packages: [...alpineInventory.packages, ...(library === undefined ? [] : [library])],
      };
      const files = {
        'Alpine/all.zip': zipOf([alpine('2026-11-20T00:00:00Z')]),
        'npm/all.zip': zipOf([canaryRecord('npm', '2026-08-01T00:00:00Z')]),
      };
      expect(await ages(files, inventory)).toBe('2026-08-01');
      expect(await ages(files, alpineInventory)).toBe('2026-11-20');
    });
  });
});
