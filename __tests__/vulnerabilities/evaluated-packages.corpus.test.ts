import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readSbom } from '../../src/attestations/sbom/read.js';
import type { Sbom } from '../../src/attestations/sbom/sbom.js';
import type { InstalledPackage } from '../../src/packages/inventory.js';
import { evaluatedPackages } from '../../src/vulnerabilities/evaluated-packages.js';
import { queriesAbout } from '../../src/vulnerabilities/sources/queries.js';
import { imageSbomOf } from '../support/image/image-sbom.js';
import { ALPINE, DEBIAN } from '../support/image/vulnerability-run.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

/** What stays open of an image that has the document's packages of a distribution, each reason once. */
function gapsOf(sbom: Sbom): readonly string[] {
  const empty = { distribution: null, databases: [], unknowns: [], unreadContents: [], uncataloged: [], packages: [] };
  const listed = evaluatedPackages(empty, imageSbomOf(sbom)).packages;
  const packages = listed.flatMap((one): InstalledPackage[] => {
    const { type } = one;
    return type === 'apk' || type === 'deb' || type === 'rpm' ? [{ ...one, type, licenses: [], files: [] }] : [];
  });
  const evaluated = evaluatedPackages({ ...empty, packages }, imageSbomOf(sbom));
  const own = evaluated.packages.filter(({ type }) => type !== 'rpm');
  const distribution = packages[0]?.type === 'deb' ? DEBIAN : ALPINE;
  const { unevaluated, uncovered } = queriesAbout(own, distribution);
  return [
    ...new Set(
      [...evaluated.unevaluated, ...evaluated.uncovered, ...unevaluated, ...uncovered].map(({ reason }) => reason),
    ),
  ].sort();
}

const isOfImage = ({ packages }: Sbom) =>
  packages.some(
    ({ root, purl, purpose }) =>
      /^pkg:(?:apk|deb|rpm)\//.test(purl ?? '') ||
      (root && (purpose === 'container' || /^pkg:(?:oci|docker)\//.test(purl ?? ''))),
  );

describeWithSharedData('sboms', 'documents of images found in public', () => {
  const reasons = new Map<string, number>();
  const directory = sharedData('sboms');
  for (const name of readdirSync(directory)) {
    const read = readSbom(readFileSync(`${directory}/${name}`));
    if (!read.ok || !isOfImage(read.value)) continue;
    const key = gapsOf(read.value).join('; ');
    reasons.set(key, (reasons.get(key) ?? 0) + 1);
  }

  // What is left open is (devel), Go's word for a program that was built from a working copy, other languages, and what
  // documents say without a purl or with one that is none, as an example of CycloneDX does on purpose.
  test.each([
    ['', 53],
    ["its version can't be ordered among the versions of Go", 5],
    ['no source of advisories covers it', 1],
    ['it has no purl, so its ecosystem is unknown', 3],
    [
      "it has no purl, so its ecosystem is unknown; its purl can't be read: /; its purl can't be read: pkg:///; its purl can't be read: pkg:pypi/",
      1,
    ],
  ])('leave open %j: %i', (reason, count) => {
    expect(reasons.get(reason)).toBe(count);
    reasons.delete(reason);
  });

  test('list nothing else', () => {
    expect([...reasons]).toEqual([]);
  });
});
