import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Case } from '../support/signing/signer-case.js';
import { makeCases } from '../support/signing/signer-cases.js';
import { FORMS, makeScene, type Scene } from '../support/signing/signer-forgery.js';
import { ourVerdict } from '../support/signing/signer-verdict.js';

describe('deliberately bad signatures', () => {
  let scene: Scene;
  let cases: readonly Case[];

  beforeAll(async () => {
    scene = await makeScene();
    cases = await makeCases(scene);
  }, 60_000);

  test('there are many, in all four forms', () => {
    expect(cases.filter(({ expected }) => expected === 'refused').length).toBeGreaterThan(100);
  });

  test.each(FORMS)(
    'each %s gets the verdict it should',
    async (form) => {
      const surprises: unknown[] = [];
      for (const made of cases.filter((one) => one.form === form)) {
        const ours = await ourVerdict(scene, made);
        if (ours.verdict !== made.expected) surprises.push({ case: made.name, ...ours });
      }
      expect(surprises).toEqual([]);
    },
    60_000,
  );
});
