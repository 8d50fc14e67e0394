import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import type { DatabaseReading } from '../../src/packages/read-database.js';
import { readRpmDatabase, rpmFormatOf } from '../../src/packages/rpm-database.js';
import { makeBerkeleyHash, makeNdb, makeRpmHeader, rpmHeader } from '../support/packages/rpm-maker.js';
import '../support/property-seed.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

async function read(file: Buffer): Promise<DatabaseReading> {
  const format = rpmFormatOf(file);
  if (format === null) throw new Error('it is no database');
  return await readRpmDatabase(file, format, 'var/lib/rpm/Packages');
}

const LONG = makeRpmHeader([
  [1000, 'openssl-libs'],
  [1001, '3.0.7'],
  [1002, '27.el9'],
  [1004, 'x'.repeat(20_000)],
]);
const HEADERS = [rpmHeader('bash', '5.1.8', '6.el9'), LONG, rpmHeader('zlib', '1.2.11', '40.el9')];
const NAMES = ['bash 5.1.8-6.el9', 'openssl-libs 3.0.7-27.el9', 'zlib 1.2.11-40.el9'];

const namesIn = ({ packages }: DatabaseReading) => packages.map(({ name, version }) => `${name} ${version}`);

describe('an rpm database', () => {
  test.each([
    ['with values in chains of pages', makeBerkeleyHash(HEADERS, { onPage: 0 })],
    ['with short values on the page', makeBerkeleyHash(HEADERS)],
    ['with small pages', makeBerkeleyHash(HEADERS, { pageSize: 512, onPage: 0 })],
    ['with large pages', makeBerkeleyHash(HEADERS, { pageSize: 32_768 })],
    ['of a big-endian machine', makeBerkeleyHash(HEADERS, { isBigEndian: true })],
    ['with hash pages of version 8', makeBerkeleyHash(HEADERS, { isUnsorted: true })],
    ['in ndb', makeNdb(HEADERS)],
  ])('%s says all its packages', async (_, file) => {
    const reading = await read(file);
    expect(reading.problems).toEqual([]);
    expect(namesIn(reading)).toEqual(NAMES);
  });

  test('leaves keys out, which are no packages', async () => {
    const reading = await read(makeBerkeleyHash([...HEADERS, rpmHeader('gpg-pubkey', '1', '2')]));
    expect([namesIn(reading), reading.problems]).toEqual([NAMES, []]);
  });

  test.each([
    [
      'name',
      [
        [1001, '1'],
        [1002, '2'],
      ],
    ],
    [
      'version',
      [
        [1000, 'x'],
        [1002, '2'],
      ],
    ],
    [
      'release',
      [
        [1000, 'x'],
        [1001, '1'],
      ],
    ],
  ] as const)('names a header without %s as one that could not be read', async (what, tags) => {
    const reading = await read(makeBerkeleyHash([...HEADERS, makeRpmHeader(tags)]));
    expect(namesIn(reading)).toEqual(NAMES);
    expect(reading.problems).toEqual([expect.stringContaining(`has no ${what}`)]);
  });

  test.each([
    [
      'a value of another type',
      (file: Buffer) => file.writeUInt8(4, file.readUInt16LE(4096 + 26 + 3 * 2) + 4096),
      'of type 4',
    ],
    ['fewer entries than it counts', (file: Buffer) => file.writeUInt32LE(40, 88), 'its header counts 40'],
    ['more pages than bytes', (file: Buffer) => file.writeUInt32LE(900, 32), 'it ends after'],
    ['a chain that leads back', (file: Buffer) => file.writeUInt32LE(2, 2 * 4096 + 16), 'chain of pages ends early'],
    ['an odd number of items', (file: Buffer) => file.writeUInt16LE(7, 4096 + 20), '7 entries'],
  ])('names %s, and never has fewer packages without a word', async (_, damage, expected) => {
    const file = makeBerkeleyHash(HEADERS);
    damage(file);
    const { problems } = await read(file);
    expect(problems).toContainEqual(expect.stringContaining(expected));
  });

  test.each([
    ['encrypted', (file: Buffer) => file.writeUInt8(1, 24)],
    ['with checksums', (file: Buffer) => file.writeUInt8(1, 26)],
    ['with pages of no size', (file: Buffer) => file.writeUInt32LE(1000, 20)],
  ])('that is %s is one that could not be read', async (_, damage) => {
    const file = makeBerkeleyHash(HEADERS);
    damage(file);
    expect(await read(file)).toEqual({ packages: [], problems: [expect.stringContaining("can't be read as rpm-bdb")] });
  });

  test('in ndb names a value that is not where its slot says', async () => {
    const file = makeNdb(HEADERS);
    file.writeUInt32LE(1, 32 + 8);
    const reading = await read(file);
    expect(namesIn(reading)).toEqual(NAMES.slice(1));
    expect(reading.problems).toEqual([expect.stringContaining('package 1')]);
  });

  test('that is damaged has as many packages and problems as it has headers, or could not be read', async () => {
    for (const file of [makeBerkeleyHash(HEADERS, { pageSize: 512 }), makeNdb(HEADERS)]) {
      const changes = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(changes, async (changed) => {
          const bytes = Buffer.from(file);
          for (const [at, byte] of changed) bytes[at] = byte;
          const format = rpmFormatOf(bytes);
          if (format === null) return;
          const { packages, problems } = await readRpmDatabase(bytes, format, 'x');
          expect(packages.length + problems.length).toBeGreaterThan(0);
        }),
        { numRuns: 200 },
      );
    }
  });
});

describeWithSharedData('field/contents', 'a database of the field', () => {
  test.each([
    ['rpm-bdb-small-header', ['bash', 'openssl-libs'], 0],
    ['rpm-header-dropped', null, 1],
  ] as const)('is read: %s', async (name, packages, problems) => {
    const reading = await read(await databaseOf(sharedData(`field/contents/${name}/registry/blobs/sha256`)));
    if (packages !== null) expect(reading.packages.map((one) => one.name).sort()).toEqual(packages);
    expect(reading.problems).toHaveLength(problems);
  });
});

/** The rpm database in one of an image's layers. */
async function databaseOf(blobs: string): Promise<Buffer> {
  for (const blob of readdirSync(blobs)) {
    const bytes = readFileSync(`${blobs}/${blob}`);
    if (bytes[0] === 0x7b) continue;
    const entries = extract();
    entries.end(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes);
    for await (const entry of entries) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
      if (/rpm\/(?:Packages|Packages\.db|rpmdb\.sqlite)$/.test(entry.header.name)) return Buffer.concat(chunks);
    }
  }
  throw new Error('no layer has a database');
}
