import { expect, test } from '@jest/globals';
import { inspectionRows } from '../../src/reports/inspection-rows.js';
import { type AttestedOptions, collectAttested } from '../support/image/attested-image.js';
import { buildKitProvenance, COMMIT, githubProvenance, SLSA_V1, SLSA_V02 } from '../support/signing/make-provenance.js';

const FACTS = { environment: [], support: [] };

async function provenanceRows(...statements: AttestedOptions['statements']): Promise<readonly string[]> {
  return inspectionRows(await collectAttested({ statements }), FACTS)
    .filter(([label]) => label === 'provenance')
    .map(([, text]) => text);
}

test('provenance is reported by its builder, source, level and whose word it is', async () => {
  const signed = { predicateType: SLSA_V1, predicate: githubProvenance() };
  expect(await provenanceRows(signed, { predicateType: SLSA_V02, predicate: buildKitProvenance() })).toEqual([
    `built by https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main from https://github.com/acme/images at ${COMMIT}, SLSA build level 1, for the platform's manifest, signed by the key base.pub`,
    `built by an unnamed builder from https://github.com/acme/images at ${COMMIT}, SLSA build level 0, for the platform's manifest, signed by the key base.pub`,
  ]);
});

test('provenance that nobody signed, or that contradicts itself, is not reported as if it counted', async () => {
  const predicate = githubProvenance({ finishedOn: '2030-01-01T00:00:00Z' });
  const [row, ...others] = await provenanceRows({ predicateType: SLSA_V1, predicate, signer: null });
  expect(others).toEqual([]);
  expect(row).toMatch(
    /build level 1, for the platform's manifest, unsigned; but its build time 2030-.* is in the future$/,
  );
});

test('a place that was asked twice is one place', () => {
  const place = 'registry.example/base/app';
  const lookedIn = ['no such tag', 'no statement'].map((answer) => ({ place, answer }));
  expect(inspectionRows({ provenance: { status: 'absent', lookedIn } }, FACTS)).toEqual([
    ['provenance', 'none (1 place searched)'],
  ]);
});
