import { describe, expect, test } from '@jest/globals';
import { type ElementReport, readElements } from '../../../src/attestations/sbom/elements.js';
import { readSbomPredicate } from '../../../src/attestations/sbom/read.js';
import { optionalField } from '../../../src/lib/collections.js';
import { apkPackage, cycloneDxDocument, IMAGE_ID, spdxDocument } from '../../support/image/make-sbom.js';

const NOW = new Date('2026-06-01T00:00:00Z');

function elements(document: unknown, signer?: string): ReadonlyMap<string, ElementReport> {
  const read = readSbomPredicate(document);
  if (!read.ok) throw new Error(read.error.message);
  const reports = readElements(read.value, { now: NOW, ...optionalField('signer', signer) });
  return new Map(reports.map((report) => [report.element, report]));
}

test("of apko's SBOM all is there but checksums, context and the signature", () => {
  const found = elements(spdxDocument({ packages: [apkPackage('curl', '8.9.1-r2'), apkPackage('bash', '5.2-r1')] }));
  const without = [...found.values()].filter(({ present, of }) => present < of);
  expect(without.map(({ element }) => element)).toEqual(['signature', 'context', 'hash', 'hash-algorithm']);
});

test('the image itself and the layers are no components', () => {
  const found = elements(spdxDocument({ packages: [apkPackage('curl', '8.9.1-r2')] }));
  expect(found.get('name')).toMatchObject({ present: 1, of: 1 });
});

test('of several packages that a document describes, all but the image are components', () => {
  const document = spdxDocument({
    packages: [
      apkPackage('curl', '8.9.1-r2'),
      apkPackage('bash', '5.2-r1'),
      { name: 'app', purl: 'pkg:oci/app@sha256%3A12', id: 'SPDXRef-oci' },
    ],
  });
  const described = ['SPDXRef-Package-apk-curl', 'SPDXRef-Package-apk-bash'];
  const all = { ...document, documentDescribes: [IMAGE_ID, 'SPDXRef-oci', ...described] };
  expect(elements(all).get('name')).toMatchObject({ present: 2, of: 2 });
  expect(elements({ ...document, documentDescribes: described }).get('producer')).toMatchObject({ present: 2 });
});

test('the signature is the one of the statement, not the one inside', () => {
  const document = { ...cycloneDxDocument({ packages: [] }), signature: { algorithm: 'ES256' } };
  expect(elements(document).get('signature')).toMatchObject({
    present: 0,
    note: expect.stringContaining('not evaluated'),
  });
  expect(elements(document, 'key cosign.pub').get('signature')).toMatchObject({ present: 1, value: 'key cosign.pub' });
});

test('a tool is no author', () => {
  expect(elements(cycloneDxDocument({ packages: [] })).get('author')).toMatchObject({
    present: 0,
    note: expect.stringContaining('a tool is not an author'),
  });
});

describe('the timestamp', () => {
  test.each([
    ['2026-05-31T12:00:00Z', 1, undefined],
    ['1970-01-01T00:00:00Z', 1, 'convention'],
    ['0001-01-01T00:00:00Z', 1, 'convention'],
    ['2026-06-03T00:00:00Z', 0, 'future'],
    ['9999-12-31T23:59:59Z', 0, 'future'],
    ['yesterday', 0, 'not an RFC 3339 time'],
    ['2026-13-45T00:00:00Z', 0, 'not an RFC 3339 time'],
  ])('%s counts %i', (created, present, note) => {
    const report = elements(spdxDocument({ packages: [], created })).get('timestamp');
    expect(report?.present).toBe(present);
    expect(report?.note ?? '').toContain(note ?? '');
  });
});

test('a component without a field is named', () => {
  const found = elements(cycloneDxDocument({ packages: [apkPackage('curl', '8.9.1-r2'), { name: 'mystery' }] }));
  for (const element of ['version', 'identifier', 'license', 'producer']) {
    expect(found.get(element)).toMatchObject({ present: 1, of: 2, missing: ['mystery'] });
  }
  expect(found.get('relationship')).toMatchObject({ present: 2, of: 2 });
});

test('a hash counts by its value and by its algorithm', () => {
  const hashed = { ...apkPackage('curl', '1'), sha256: 'a'.repeat(64) };
  expect(elements(spdxDocument({ packages: [hashed] })).get('hash')).toMatchObject({ present: 1 });
  expect(elements(cycloneDxDocument({ packages: [hashed] })).get('hash-algorithm')).toMatchObject({ present: 1 });
  const empty = { ...hashed, sha256: 'none' };
  expect(elements(spdxDocument({ packages: [empty] })).get('hash')).toMatchObject({ present: 0 });
});
