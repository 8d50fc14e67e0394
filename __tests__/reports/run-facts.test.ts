import { expect, test } from '@jest/globals';
import type { CollectedEvidence } from '../../src/evidence/kinds.js';
import { runFacts } from '../../src/reports/run-facts.js';

const passed = (limit: string) =>
  ({ cause: 'limit', message: `More than is read (limit ${limit}).`, fix: 'Remove some.', limit }) as const;

test('limits are told by name, once each, though what was found within them was enough', () => {
  const signatures = { verified: [], rejected: [], unsupported: [], notes: [], incomplete: passed('referrers') };
  const collected: CollectedEvidence = {
    signatures: { status: 'present', value: signatures, from: 'here' },
    sbom: { status: 'unavailable', ...passed('sbom-bytes') },
    vex: { status: 'unavailable', cause: 'network', message: 'No answer.', fix: 'Try again.' },
  };
  const evidence = new Map([['linux/amd64', collected]]);
  expect(runFacts([{ evidence }, { evidence }]).limits).toEqual([
    { name: 'sbom-bytes', message: passed('sbom-bytes').message },
    { name: 'referrers', message: passed('referrers').message },
  ]);
});
