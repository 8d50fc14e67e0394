import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { compareApk } from '../../../src/packages/versions/apk.js';
import { compareDeb } from '../../../src/packages/versions/deb.js';
import { compareIn, hasPlace } from '../../../src/packages/versions/ecosystem.js';
import { compareMaven } from '../../../src/packages/versions/maven.js';
import type { VersionOrder } from '../../../src/packages/versions/order.js';
import { compareRpm } from '../../../src/packages/versions/rpm.js';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

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

/** @see https://peps.python.org/pep-0440/#appendix-b-parsing-version-strings-with-regular-expressions */
const PEP_440 =
  /^v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview)[-_.]?[0-9]*)?(?:-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?(?:[-_.]?dev[-_.]?[0-9]*)?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?$/i;
/** With the `v` and the missing numbers that real versions have. */
const SEMVER = /^v?[0-9]+(?:\.[0-9]+){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
/** @see https://learn.microsoft.com/en-us/nuget/concepts/package-versioning */
const NUGET = /^[0-9]+(?:\.[0-9]+){0,3}(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z.-]+)?$/;
/** @see https://docs.ruby-lang.org/en/master/Gem/Version.html */
const GEM = /^[0-9]+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** @see https://stat.ethz.ch/R-manual/R-devel/library/base/html/numeric_version.html */
const CRAN = /^[0-9]+(?:[.-][0-9]+)*$/;

/** Branches have no place, and neither has PHP's `#`, which stands for a number. */
const PACKAGIST = /^v?[0-9][0-9A-Za-z._+-]*$/i;

describeWithSharedData('versions', 'version order agrees with the published vectors', () => {
  test.each([
    ['osv-scalibr/debian-versions.txt', compareDeb, 25],
    ['osv-scalibr/debian-versions-generated.txt', compareDeb, 14000],
    ['osv-scalibr/alpine-versions-generated.txt', compareApk, 13000],
    ['osv-scalibr/alpine-versions.txt', compareApk, 700],
    ['apk-tools/version.data', compareApk, 700],
    ['osv-scalibr/maven-versions.txt', compareMaven, 100],
    ['osv-scalibr/maven-versions-generated.txt', compareMaven, 14_700],
    ['osv-scalibr/redhat-versions.txt', compareRpm, 150],
  ])('the order agrees with %s', (file, order, atLeast) => {
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

  // What is not of the grammar is a gap, and never a comparison: PyPI's versions from before PEP 440, for one.
  test.each([
    ['osv-scalibr/semver-versions.txt', 'npm', SEMVER, 85],
    ['osv-scalibr/pypi-versions.txt', 'PyPI', PEP_440, 26],
    ['osv-scalibr/pypi-versions-generated.txt', 'PyPI', PEP_440, 12_300],
    ['osv-scalibr/nuget-versions.txt', 'NuGet', NUGET, 30],
    ['osv-scalibr/rubygems-versions.txt', 'RubyGems', GEM, 23],
    ['osv-scalibr/rubygems-versions-generated.txt', 'RubyGems', GEM, 4000],
    ['osv-scalibr/cran-versions.txt', 'CRAN', CRAN, 14],
    ['osv-scalibr/cran-versions-generated.txt', 'CRAN', CRAN, 55],
    ['osv-scalibr/packagist-versions.txt', 'Packagist', PACKAGIST, 85],
    ['osv-scalibr/packagist-versions-generated.txt', 'Packagist', PACKAGIST, 10_000],
  ])('the order agrees with %s', (file, ecosystem, grammar, atLeast) => {
    const all = pairsOf(file);
    const versions = [...new Set(all.flatMap(({ a, b }) => [a, b]))];
    expect(versions.filter((version) => hasPlace(ecosystem, version) !== grammar.test(version))).toEqual([]);
    const placed = all.filter(({ a, b }) => grammar.test(a) && grammar.test(b));
    expect(all.filter((pair) => !placed.includes(pair) && compareIn(ecosystem, pair.a, pair.b) !== null)).toEqual([]);
    expect(placed.length).toBeGreaterThanOrEqual(atLeast);
    expect(mismatches((a, b) => compareIn(ecosystem, a, b) ?? Number.NaN, placed)).toEqual([]);
  });
});
