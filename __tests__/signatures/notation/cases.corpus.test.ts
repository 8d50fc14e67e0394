import { expect, test } from '@jest/globals';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';
import { listNotationCases, verifyNotationCase } from '../../support/signing/notation-cases.js';

const NOW = new Date('2026-11-30T12:00:00Z');

describeWithSharedData('notation', 'the given Notary Project signatures', () => {
  test('each have the verdict and the reason that are right for them', async () => {
    const cases = listNotationCases(sharedData('notation'));
    const answers = await Promise.all(
      cases.map(async (one) => {
        const { verdict, reason } = await verifyNotationCase(one, NOW);
        return [one.case, `${verdict} ${reason}`] as const;
      }),
    );
    const expected = cases.map(({ case: name, gate }) => [name, `${gate.verdict} ${gate.reason}`] as const);
    expect(cases).toHaveLength(104);
    expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(expected));
  }, 60_000);

  test('differ from notation in the cases that say why', () => {
    const differing = listNotationCases(sharedData('notation')).filter(
      ({ gate, notation }) => gate.verdict !== notation.verdict,
    );
    expect(differing).toHaveLength(11);
    // Its reason is the one of level-audit-untrusted.
    expect(differing.filter(({ gate }) => gate.why === undefined).map((one) => one.case)).toEqual(['level-skip']);
  });
});
