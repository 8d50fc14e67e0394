import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { compareApk } from '../../../../src/evidence/vulnerabilities/version-order/apk.js';
import { compareDeb } from '../../../../src/evidence/vulnerabilities/version-order/deb.js';
import type { VersionOrder } from '../../../../src/evidence/vulnerabilities/version-order/order.js';
import { compareRpm } from '../../../../src/evidence/vulnerabilities/version-order/rpm.js';
import { describeWithSharedData, sharedData } from '../../../support/shared-data.js';

interface Pair {
  readonly a: string;
  readonly sign: number;
  readonly b: string;
}

/** `a < b` lines; comments begin with # or //. */
function pairsOf(file: string): readonly Pair[] {
  return readFileSync(sharedData(`versions/${file}`), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const match = /^(\S+)\s+([<=>])\s+(\S+)/.exec(line);
      if (match?.[1] === undefined || match[2] === undefined || match[3] === undefined || /^(#|\/\/)/.test(line))
        return [];
      return [{ a: match[1], sign: '<=>'.indexOf(match[2]) - 1, b: match[3] }];
    });
}

function mismatches(order: VersionOrder, pairs: readonly Pair[]): readonly string[] {
  return pairs
    .filter(({ b }) => !DEGENERATE.test(b))
    .filter(({ a, b, sign }) => Math.sign(order(a, b)) !== sign || Math.sign(order(b, a)) !== (sign === 0 ? 0 : -sign))
    .map(
      ({ a, b, sign }) => `${a} ${'<=>'[sign + 1]} ${b}, ours ${Math.sign(order(a, b))} and ${Math.sign(order(b, a))}`,
    );
}

/**
 * Versions that no package has, and on which the implementations themselves disagree: an apk revision that is followed
 * by text or is no number (`1-r0-1`, `1-ruff2`), an empty number (`0...8`), an rpm dash with no release behind it.
 */
const DEGENERATE = /-r0?-|-+ruff|^0\.\.\.8$|^1-$/;

describeWithSharedData('versions', 'version order agrees with the published vectors', () => {
  test.each([
    ['osv-scalibr/debian-versions.txt', compareDeb, 25],
    ['osv-scalibr/debian-versions-generated.txt', compareDeb, 14000],
    ['osv-scalibr/alpine-versions-generated.txt', compareApk, 13000],
    ['osv-scalibr/alpine-versions.txt', compareApk, 700],
    ['apk-tools/version.data', compareApk, 700],
    ['osv-scalibr/redhat-versions.txt', compareRpm, 150],
  ])('%s', (file, order, atLeast) => {
    const pairs = pairsOf(file);
    expect(pairs.length).toBeGreaterThan(atLeast);
    expect(mismatches(order, pairs)).toEqual([]);
  });

  test('rpm/rpmvercmp.tsv', () => {
    const pairs = readFileSync(sharedData('versions/rpm/rpmvercmp.tsv'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split('\t'))
      .map(([a = '', b = '', sign]) => ({ a, b, sign: Number(sign) }));
    expect(mismatches(compareRpm, pairs)).toEqual([]);
  });
});
