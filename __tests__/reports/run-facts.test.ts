import { expect, test } from '@jest/globals';
import type { CollectedEvidence } from '../../src/evidence/kinds.js';
import { runFacts } from '../../src/reports/run-facts.js';
import { makeImage } from '../support/report-maker.js';

const passed = (limit: string) =>
  ({ cause: 'limit', message: `More than is read (limit ${limit}).`, fix: 'Remove some.', limit }) as const;

test('limits are reported by name, once each, though what was found within them was enough', () => {
  const signatures = { verified: [], rejected: [], unsupported: [], roots: [], incomplete: passed('referrers') };
  const collected: CollectedEvidence = {
    signatures: { status: 'present', value: signatures, from: 'here' },
    sbom: { status: 'unavailable', ...passed('sbom-bytes') },
    vex: { status: 'unavailable', cause: 'network', message: 'No answer.', fix: 'Try again.' },
  };
  const images = ['a', 'b'].map((reference) => makeImage(reference, { evidence: collected }));
  expect(runFacts(images).limits).toEqual([
    { name: 'sbom-bytes', message: passed('sbom-bytes').message },
    { name: 'referrers', message: passed('referrers').message },
  ]);
});
