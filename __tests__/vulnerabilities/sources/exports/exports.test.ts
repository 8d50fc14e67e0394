import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { optionalField } from '../../../../src/lib/collections.js';
import { VULNERABILITY_LIMITS } from '../../../../src/vulnerabilities/limits.js';
import { ExportDirectory } from '../../../../src/vulnerabilities/sources/exports/export-directory.js';
import { ALPINE, collectKnown, DEBIAN, inventoryOf, WOLFI } from '../../../support/image/vulnerability-run.js';
import {
  exportDirectory,
  type Files,
  known,
  reported,
  WHOLE,
  zipOf,
} from '../../../support/registry/export-directory.js';
import { type MadeRecord, osvRecord } from '../../../support/registry/osv-server.js';
import { makeZip } from '../../../support/registry/zip-maker.js';

const OPENSSL = { ecosystem: 'Alpine:v3.22', name: 'openssl' };
const FIXED = osvRecord('ALPINE-CVE-2026-1', [{ ...OPENSSL, fixed: '3.3.2-r0' }], { upstream: ['CVE-2026-0001'] });
const OPEN = osvRecord('ALPINE-CVE-2026-0002', [OPENSSL]);
const OTHER_RELEASE = osvRecord('ALPINE-CVE-2026-0003', [{ ...OPENSSL, ecosystem: 'Alpine:v3.19' }]);

describe('a directory of OSV exports', () => {
  test.each([
    ["an archive in its ecosystem's directory", { 'Alpine/all.zip': zipOf([FIXED, OPEN, OTHER_RELEASE]) }],
    ['an archive whose contents are stored', { 'Alpine/all.zip': zipOf([FIXED, OPEN], { stored: true }) }],
    ['a Zip64 archive', { 'Alpine/all.zip': zipOf([FIXED, OPEN], { zip64: true }) }],
    ["an archive by a name of one's own", { 'export.zip': zipOf([FIXED, OPEN]) }],
    ['loose records', { 'Alpine/a.json': FIXED, 'b.json': OPEN }],
    [
      'both, and files that are neither',
      { 'a.zip': zipOf([FIXED]), 'b.json': OPEN, 'README.md': 'x', 'Alpine/modified_id.csv': 'x' },
    ],
  ])('holds %s', async (_, files) => {
    expect(await known(files)).toBe('libcrypto3 CVE-2026-0001 3.3.2-r0\nlibcrypto3 CVE-2026-0002 unfixed');
  });

  test('of two copies of a record the one that was changed last counts', async () => {
    const older = { ...OPEN, modified: '2026-11-01T00:00:00Z' };
    const newer = osvRecord(OPEN.id, [{ ...OPENSSL, fixed: '3.3.1-r0' }]);
    expect(await known({ 'a.json': older, 'b.json': newer })).toBe('');
    expect(await known({ 'a.json': newer, 'b.json': older })).toBe('');
  });

  test('is not read where nobody asks: an archive of another ecosystem', async () => {
    expect(await known({ 'npm/all.zip': 'no archive at all', 'Alpine/all.zip': zipOf([FIXED]) })).toBe(
      'libcrypto3 CVE-2026-0001 3.3.2-r0',
    );
  });

  test.each<[string, Files, RegExp]>([
    ['no JSON', { 'a.json': '{' }, /a\.json can't be used: it is not JSON/],
    ['no record', { 'a.json': { hello: 1 } }, /it is not an OSV record/],
    ['a record without an id', { 'a.json': { ...FIXED, id: 7 } }, /has no id/],
    ['affected that is not a list', { 'a.json': { ...FIXED, affected: {} } }, /affected is not a list/],
    [
      'a package without a name',
      { 'a.json': { ...FIXED, affected: [{ package: { ecosystem: 'npm' } }] } },
      /lacks an ecosystem or a name/,
    ],
    [
      'an archive that breaks off',
      { 'a.zip': zipOf([FIXED]).subarray(0, 120) },
      /a\.zip can't be used: it has no end record/,
    ],
    ['an archive that is none', { 'a.zip': 'PK' }, /it has no end record/],
    [
      'an archive with a changed byte',
      { 'a.zip': changed(zipOf([FIXED], { stored: true }), 80) },
      /not what the archive's table/,
    ],
    [
      'an archive with no JSON inside',
      { 'a.zip': makeZip({ 'x.json': '[' }) },
      /a\.zip\/x\.json can't be used: it is not JSON/,
    ],
    ['an archive whose table of contents lies', { 'a.zip': changed(zipOf([FIXED]), -12) }, /can't be used/],
  ])('with %s in it proves nothing', async (_, files, expected) => {
    expect(await known(files)).toMatch(/^unavailable: /);
    expect(await known(files)).toMatch(expected);
  });

  test('a record that can be read in part is a gap for the packages it names, and for no other', async () => {
    const odd = { ...FIXED, affected: [{ package: OPENSSL, ranges: 'all of them' }] };
    expect(await known({ 'a.json': odd, 'b.json': OPEN })).toMatch(
      /^libcrypto3 CVE-2026-0002 unfixed\n\? a record about openssl in .*a\.json: it is not an OSV record \(affected\.0\.ranges/,
    );
    const inventory = inventoryOf(ALPINE, [['musl', '1.2.5-r0']]);
    expect(await known({ 'a.json': odd }, inventory)).toBe('');
  });

  test('a directory that is not there, or is a file, is said so', async () => {
    const directory = await exportDirectory({ 'a.json': FIXED });
    for (const vulnerabilitiesDirectory of [join(directory, 'missing'), join(directory, 'a.json')]) {
      const evidence = await collectKnown({
        inventory: inventoryOf(ALPINE, [['openssl', '3.3.1-r0']]),
        settings: { vulnerabilitiesDirectory },
      });
      expect(reported(evidence)).toMatch(/^unavailable: The directory of vulnerability exports .* could not be read/);
    }
  });

  test('links are not followed', async () => {
    const directory = await exportDirectory({ 'inside/a.json': FIXED });
    await symlink('/', join(directory, 'everything'));
    const source = new ExportDirectory(directory);
    const answer = await source.query([{ ...OPENSSL, version: '3.3.1-r0' }]);
    expect(answer.ok && answer.value.hits).toHaveLength(1);
  });

  test.each([
    ['record-bytes', { 'a.json': { ...FIXED, details: 'x'.repeat(5000) } }],
    ['record-bytes', { 'a.zip': zipOf([{ ...FIXED, details: 'x'.repeat(5000) } as MadeRecord]) }],
    ['export-files', { 'a.json': FIXED, 'b.json': OPEN, 'c.json': OTHER_RELEASE }],
    ['export-depth', { 'a/b/c/d.json': FIXED }],
    ['archive-entries', { 'a.zip': zipOf([FIXED, OPEN, OTHER_RELEASE]) }],
    ['archive-directory-bytes', { 'a.zip': zipOf([FIXED, OPEN]) }],
    ['records-per-query', { 'a.zip': zipOf([FIXED, OPEN]) }],
  ])('passing the limit %s is said by its name', async (limit, files) => {
    const limits = {
      ...VULNERABILITY_LIMITS,
      ...{ 'record-bytes': 2000, 'export-files': 2, 'export-depth': 2, 'archive-entries': 2 },
      ...(limit === 'archive-directory-bytes' ? { 'archive-directory-bytes': 100 } : {}),
      ...(limit === 'records-per-query' ? { 'records-per-query': 1 } : {}),
    };
    const answer = await new ExportDirectory(await exportDirectory(files), limits).query([
      { ...OPENSSL, version: '1-r0' },
    ]);
    expect(answer.ok ? '' : `${answer.error.cause} ${answer.error.message}`).toMatch(`(limit ${limit})`);
    expect(answer.ok ? '' : answer.error.cause).toBe('limit');
  });

  test('no bytes whatever pass as an archive that knows nothing', async () => {
    const zip = zipOf([FIXED, OPEN]);
    const directory = await exportDirectory({});
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(zip.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.nat(zip.length),
        async (at, bits, cut) => {
          const bytes = Buffer.from(zip.subarray(0, cut < zip.length / 2 ? zip.length : cut));
          if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ bits;
          run += 1;
          const path = join(directory, `run-${run}`);
          await mkdir(path);
          await writeFile(join(path, 'a.zip'), bytes);
          const answer = await new ExportDirectory(path).query([{ ...OPENSSL, version: '3.3.1-r0' }]);
          const isSilent = answer.ok && answer.value.hits.length < 2 && answer.value.unevaluated.length === 0;
          expect(isSilent).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('records in a directory', () => {
  test('of Ubuntu’s long-term releases are those of the release, and the paid ones are not', async () => {
    const ubuntu = { id: 'ubuntu', idLike: [], versionId: '22.04', where: 'etc/os-release' };
    const record = osvRecord('UBUNTU-CVE-2026-0001', [
      { ecosystem: 'Ubuntu:Pro:22.04:LTS', name: 'tar', fixed: '99' },
      { ecosystem: 'Ubuntu:22.04:LTS', name: 'tar', fixed: '1.34-2' },
    ]);
    expect(await known({ 'a.json': record }, inventoryOf(ubuntu, [['tar', '1.34-1']], 'deb'))).toBe(
      'tar CVE-2026-0001 1.34-2',
    );
  });

  test('that name no release are about every one of them', async () => {
    const inventory = inventoryOf(DEBIAN, [['libssl3', '3.0.14-1', 'openssl']]);
    const every = osvRecord('DEBIAN-CVE-2026-0001', [{ ecosystem: 'Debian', name: 'openssl', fixed: '3.0.15-1' }]);
    const other = osvRecord('DEBIAN-CVE-2026-0002', [{ ecosystem: 'Debian:1', name: 'openssl' }]);
    expect(await known({ 'Debian/all.zip': zipOf([every, other]) }, inventory)).toBe('libssl3 CVE-2026-0001 3.0.15-1');
  });

  test('that several tell of one vulnerability count once, and notices of several vulnerabilities for each', async () => {
    const debian = (id: string, fixed: string | undefined, more: object) =>
      osvRecord(id, [{ ecosystem: 'Debian:12', name: 'openssl', ...optionalField('fixed', fixed) }], more);
    const files = {
      'a.json': debian('DEBIAN-CVE-2026-0001', '3.0.2-1', { upstream: ['CVE-2026-0001'] }),
      'b.json': debian('DSA-9000-1', '3.0.3-1', { upstream: ['CVE-2026-0001', 'CVE-2026-0002'] }),
      'c.json': debian('EXAMPLE-1', undefined, { aliases: ['EXAMPLE-2'] }),
      'd.json': debian('EXAMPLE-2', undefined, { aliases: ['EXAMPLE-1'] }),
    };
    expect(await known(files, inventoryOf(DEBIAN, [['libssl3', '3.0.1-1', 'openssl']]))).toBe(
      'libssl3 CVE-2026-0001 3.0.3-1\nlibssl3 CVE-2026-0002 3.0.3-1\nlibssl3 EXAMPLE-1 unfixed',
    );
  });

  test('of Wolfi count by architecture first, unresolved before resolved, the origin as possible', async () => {
    const wolfi = (id: string, name: string, arch: string, fixed?: string) =>
      osvRecord(
        id,
        [
          {
            ecosystem: 'Wolfi',
            name,
            purl: `pkg:apk/wolfi/${name}?arch=${arch}`,
            ...optionalField('fixed', fixed),
          },
        ],
        { upstream: [id.replace(/^CGA-[a-z]-/, 'CVE-2026-')] },
      );
    const files = {
      'a.json': wolfi('CGA-a-0001', 'curl', 'x86_64', '8.1-r0'),
      'b.json': wolfi('CGA-b-0001', 'curl', 'aarch64'),
      'c.json': wolfi('CGA-a-0002', 'curl', 'x86_64', '8.3-r0'),
      'd.json': wolfi('CGA-b-0002', 'curl', 'x86_64'),
      'e.json': wolfi('CGA-a-0003', 'curl', 'aarch64'),
      'f.json': wolfi('CGA-a-0004', 'curl', 'x86_64', '0'),
      'g.json': wolfi('CGA-a-0005', 'curl', 'x86_64', '8.3-r0'),
      'h.json': wolfi('CGA-b-0005', 'curl', 'x86_64', '8.4-r0'),
      'i.json': wolfi('CGA-a-0006', 'openssl', 'x86_64'),
      'j.json': wolfi('CGA-a-0007', 'openssl', 'x86_64'),
      'k.json': wolfi('CGA-b-0007', 'libssl3', 'x86_64', '3.0-r0'),
    };
    const vulnerabilitiesDirectory = await exportDirectory({ 'whole.zip': WHOLE, ...files });
    const evidence = await collectKnown({
      inventory: inventoryOf(WOLFI, [
        ['curl', '8.2-r0'],
        ['libssl3', '3.1-r0', 'openssl'],
      ]),
      settings: { vulnerabilitiesDirectory },
    });
    expect(reported(evidence).split('\n')).toEqual([
      'curl CVE-2026-0002 unfixed',
      'curl CVE-2026-0003 unfixed',
      'curl CVE-2026-0005 8.4-r0',
      'libssl3 CVE-2026-0006 unfixed',
    ]);
    const possible = evidence.status === 'present' ? evidence.value.found.filter((one) => one.possible) : [];
    expect(possible.map(({ id }) => id)).toEqual(['CVE-2026-0006']);
  });

  test('whose order we lack, or which have no range, are gaps', async () => {
    const maven = {
      ...OPEN,
      affected: [{ package: OPENSSL, ranges: [{ type: 'MAGIC', events: [{ introduced: '0' }] }] }],
    };
    expect(await known({ 'a.json': maven })).toMatch(/^\? ALPINE-CVE-2026-0002 for openssl 3\.3\.1-r0: .*type MAGIC/);
    expect(await known({ 'a.json': { ...OPEN, affected: [{ package: OPENSSL }] } })).toMatch(
      /^\? .*neither versions nor a version range/,
    );
  });
});

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const place = at < 0 ? copy.length + at : at;
  copy[place] = (copy[place] ?? 0) ^ 0x7f;
  return copy;
}
