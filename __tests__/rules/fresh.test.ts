import { describe, expect, test } from '@jest/globals';
import { type Candidates, chooseTimestamp } from '../../src/attestations/timestamps/timestamps.js';
import { present } from '../../src/evidence/evidence.js';
import { fresh } from '../../src/rules/fresh.js';
import { evaluateRule, NOW, subjectOf } from '../support/image/image-rule-subject.js';

const NONE: Candidates = { verified: [], configuration: [], sbom: [] };
const clock = (name: string, at: string) => ({ name, at, place: 'test' });

function answer(candidates: Partial<Candidates>) {
  const timestamps = present(chooseTimestamp({ ...NONE, ...candidates }, NOW), 'test');
  return evaluateRule(fresh, subjectOf({ timestamps }), 'strict')[0];
}

describe('the timestamp that counts', () => {
  test('is the newest that is vouched for, though the image calls itself newer, and is named', () => {
    const result = answer({
      verified: [
        clock('transparency log', '2026-11-01T00:00:00Z'),
        clock('end of its build (SLSA provenance)', '2026-11-18T00:00:00+02:00'),
      ],
      configuration: [clock('date in its configuration', '2026-11-20T00:00:00Z')],
    });
    expect(result).toMatchObject({
      outcome: 'pass',
      message: expect.stringMatching(/3 days old: .*SLSA provenance.*2026-11-17/),
    });
  });

  test('is the configuration where nothing is vouched for, and the SBOM last', () => {
    expect(
      answer({
        configuration: [clock('created', '2026-11-10T00:00:00Z')],
        sbom: [clock('sbom', '2026-11-20T00:00:00Z')],
      }),
    ).toMatchObject({ outcome: 'fail', message: expect.stringContaining('created') });
    expect(
      answer({
        configuration: [clock('created', '1970-01-01T00:00:00Z')],
        sbom: [clock('sbom', '2026-11-20T00:00:00Z')],
      }),
    ).toMatchObject({ outcome: 'pass' });
  });

  test('is reported in words: a day, and what the policy allows', () => {
    expect(answer({ verified: [clock('transparency log', '2026-11-20T00:00:00Z')] })).toMatchObject({
      message: 'It is 1 day old: the transparency log says 2026-11-20.',
    });
    expect(answer({ verified: [clock('transparency log', '2026-11-01T00:00:00Z')] })).toMatchObject({
      outcome: 'fail',
      message: expect.stringMatching(/20 days old: .*transparency log.*2026-11-01.*7d/),
    });
  });

  test.each([
    '1970-01-01T00:00:00Z',
    '1980-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '2027-01-01T00:00:00Z',
    'yesterday',
    '20261120',
  ])('is never %s', (at) => {
    expect(answer({ verified: [clock('transparency log', at)] })).toMatchObject({
      outcome: 'indeterminate',
      details: [expect.stringContaining('not counted')],
    });
  });

  test('may run a few minutes ahead of ours', () => {
    expect(answer({ verified: [clock('transparency log', '2026-11-21T12:04:00Z')] })).toMatchObject({
      outcome: 'pass',
      message: expect.stringContaining('0 days'),
    });
  });

  test('is old enough to fail a moment after the longest age that the policy allows', () => {
    expect(answer({ verified: [clock('transparency log', '2026-11-14T12:00:00Z')] })).toMatchObject({
      outcome: 'pass',
    });
    expect(answer({ verified: [clock('transparency log', '2026-11-14T11:59:59.999Z')] })).toMatchObject({
      outcome: 'fail',
      fix: expect.any(String),
    });
  });

  test('is reported among all others: who vouches for each, and why one is not counted', () => {
    const result = answer({
      verified: [clock('transparency log', '2026-11-18T00:00:00Z'), clock('signature', '2030-01-01T00:00:00Z')],
      configuration: [clock('created', '2026-11-10T00:00:00Z')],
    });
    expect(result?.details).toEqual([
      '2026-11-18T00:00:00.000Z transparency log',
      '2026-11-10T00:00:00.000Z created (not verified)',
      expect.stringMatching(/^2030-01-01T00:00:00Z signature: not counted, .*future/),
    ]);
  });

  test('is none where none is there, and what was refused or could not be asked is reported', () => {
    expect(answer({})).toMatchObject({
      outcome: 'indeterminate',
      message: 'Nothing shows how old it is.',
      fix: expect.stringContaining('transparency log'),
    });
    const refused = ['1970-01-01T00:00:00Z', '1980-01-01T00:00:00Z'].map((at) => clock('created', at));
    expect(answer({ configuration: refused, incomplete: 'Log in to the registry.' })).toMatchObject({
      outcome: 'indeterminate',
      message: expect.stringMatching(/: created says 1970-01-01T00:00:00Z, created says 1980-01-01T00:00:00Z\.$/),
      fix: 'Log in to the registry.',
    });
    expect(evaluateRule(fresh, subjectOf({}))).toMatchObject([{ outcome: 'indeterminate' }]);
  });

  test('that is too old decides nothing while a newer one could not be asked', () => {
    const configuration = [clock('created', '2026-01-01T00:00:00Z')];
    expect(answer({ configuration })).toMatchObject({ outcome: 'fail' });
    expect(answer({ configuration, incomplete: 'The registry did not answer.' })).toMatchObject({
      outcome: 'indeterminate',
      message: expect.stringContaining('The registry did not answer.'),
      details: [expect.stringContaining('created')],
    });
  });
});
