import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readElements } from '../../../src/attestations/sbom/elements.js';
import { readSbom } from '../../../src/attestations/sbom/read.js';
import { formatName } from '../../../src/attestations/sbom/sbom.js';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

function verdictOn(path: string): string {
  const read = readSbom(readFileSync(path));
  if (read.ok) {
    expect(readElements(read.value, { now: new Date('2026-06-01') })).toHaveLength(15);
    return formatName(read.value.format);
  }
  return read.error.status === 'unsupported' ? `unsupported: ${read.error.form}` : `refused: ${read.error.code}`;
}

describeWithSharedData('sboms', 'documents found in public', () => {
  const directory = sharedData('sboms');
  const counts = new Map<string, number>();
  for (const name of readdirSync(directory)) {
    const verdict = verdictOn(`${directory}/${name}`);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }

  test.each([
    ['SPDX 2.2 (JSON)', 46],
    ['SPDX 2.3 (JSON)', 89],
    ['SPDX 2.2 (tag-value)', 17],
    ['SPDX 2.3 (tag-value)', 4],
    ['CycloneDX 1.4 (JSON)', 55],
    ['CycloneDX 1.5 (JSON)', 50],
    ['CycloneDX 1.6 (JSON)', 121],
    ['CycloneDX 1.7 (JSON)', 49],
    ['unsupported: SPDX 2.1 (JSON)', 1],
    ['unsupported: SPDX 2.1 (tag-value)', 1],
    ['SPDX 3.0.1 (JSON-LD)', 69],
    ['CycloneDX 1.2 (JSON)', 22],
    ['CycloneDX 1.3 (JSON)', 26],
    ['CycloneDX 1.0 (XML)', 1],
    ['CycloneDX 1.1 (XML)', 16],
    ['CycloneDX 1.2 (XML)', 25],
    ['CycloneDX 1.3 (XML)', 25],
    ['CycloneDX 1.4 (XML)', 26],
    ['CycloneDX 1.5 (XML)', 27],
    ['CycloneDX 1.6 (XML)', 31],
    ['CycloneDX 1.7 (XML)', 39],
    ['unsupported: CycloneDX 11 (XML)', 1],
    ['unsupported: CycloneDX 12 (XML)', 1],
    ['unsupported: OpenVEX, which is a statement about vulnerabilities, not an SBOM', 30],
    ['unsupported: CSAF, which is a security advisory, not an SBOM', 10],
    ['unsupported: Syft JSON', 7],
    ['unsupported: of the bomFormat "AnotherFormat" (JSON)', 3],
    ['refused: malformed', 4],
    // A license that has two names.
    ['refused: duplicate-key', 5],
  ])('of %s are read: %i', (verdict, count) => {
    expect(counts.get(verdict)).toBe(count);
    counts.delete(verdict);
  });

  test('are all of a known form', () => {
    expect([...counts]).toEqual([]);
  });
});
