import { describe, expect, test } from '@jest/globals';
import { optionalField } from '../../../src/lib/collections.js';
import { readRpmHeader } from '../../../src/packages/rpm-header.js';
import { isOfAnotherStream } from '../../../src/vulnerabilities/matching/modules.js';
import { readOsvRecord } from '../../../src/vulnerabilities/sources/osv-record.js';
import { inventoryOf } from '../../support/image/vulnerability-run.js';
import { makeRpmHeader } from '../../support/packages/rpm-maker.js';
import { osvRecord } from '../../support/registry/osv-server.js';

const FIXED = '1:16.20.1-1.module_el8.8.0+3588+e9c9a6d4';
const ALMALINUX = { id: 'almalinux', idLike: [], versionId: '8.8', where: 'etc/os-release' };

interface Given {
  readonly module?: string;
  readonly version?: string;
  readonly summary?: string;
  readonly id?: string;
  readonly fixed?: string;
}

function isLeftOut(given: Given): boolean {
  const { summary = 'Moderate: nodejs:16 security, bug fix, and enhancement update', id = 'ALSA-2023:4537' } = given;
  const made = osvRecord(id, [{ ecosystem: 'AlmaLinux:8', name: 'nodejs', fixed: given.fixed ?? FIXED }], { summary });
  const record = readOsvRecord(made);
  const [installed] = inventoryOf(ALMALINUX, [['nodejs', given.version ?? FIXED]], 'rpm').packages;
  if (!record.ok || installed === undefined) throw new Error('the test made no record');
  const { module } = given;
  return isOfAnotherStream(record.value, record.value.affected, {
    ...installed,
    ...optionalField('module', module),
  });
}

describe('a notice about a stream of an rpm module', () => {
  test.each<[string, Given]>([
    ['a package of another stream', { module: 'nodejs:14' }],
    ['a package of another module', { module: 'perl:5.32' }],
    ['a package that no module has', { version: '1:16.20.1-1.el8' }],
    [
      'a stream that it does not name beside two others',
      { module: 'idm:2', summary: 'Low: idm:DL1 and idm:client security update' },
    ],
  ])('is not about %s', (_, given) => {
    expect(isLeftOut(given)).toBe(true);
  });

  test.each<[string, Given]>([
    ['a package of its stream', { module: 'nodejs:16' }],
    ['a package of a module that does not say of which stream', {}],
    [
      'the second of two streams in its title',
      { module: 'idm:client', summary: 'Low: idm:DL1 and idm:client security update' },
    ],
    ['a package where its title names no stream', { module: 'nodejs:14', summary: 'Moderate: nodejs security update' }],
    ['a package where its fix is of no module', { module: 'nodejs:14', fixed: '1:16.20.1-1.el8' }],
    ['a package where another publisher wrote it', { module: 'nodejs:14', id: 'CVE-2023-0001' }],
  ])('may be about %s', (_, given) => {
    expect(isLeftOut(given)).toBe(false);
  });
});

test.each([
  ['nodejs:16:8080020230628161434:63b34585', 'nodejs:16'],
  ['nodejs:16', 'nodejs:16'],
  ['nodejs', undefined],
  ['', undefined],
])('the label %s of an rpm header names the stream %s', (label, stream) => {
  const header = makeRpmHeader([
    [1000, 'nodejs'],
    [1001, '16.20.1'],
    [1002, '1.module_el8'],
    [5096, label],
  ]);
  expect(readRpmHeader(header, 'var/lib/rpm/Packages')?.module).toBe(stream);
});
