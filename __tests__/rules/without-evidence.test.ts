import { describe, expect, test } from '@jest/globals';
import { present } from '../../src/evidence/evidence.js';
import { needed, withoutEvidence } from '../../src/rules/without-evidence.js';

const wanted = { name: 'signed SBOM', absentFix: 'Attest one.', unsupportedFix: 'Attest another form.' };
const lookedIn = [{ place: 'referrers', answer: '404' }];

test('what nobody attested fails, and says where it was looked for', () => {
  expect(withoutEvidence({ status: 'absent', lookedIn }, wanted)).toEqual({
    outcome: 'fail',
    message: 'The image has no signed SBOM.',
    fix: 'Attest one.',
    details: ['referrers: 404'],
  });
  expect(withoutEvidence({ status: 'absent', lookedIn: [] }, wanted)).not.toHaveProperty('details');
});

test('what is there in another form fails with its own fix', () => {
  expect(
    withoutEvidence({ status: 'unsupported', form: 'SPDX 3', message: 'It is SPDX 3.', lookedIn }, wanted),
  ).toEqual({
    outcome: 'fail',
    message: 'It is SPDX 3.',
    fix: 'Attest another form.',
    details: ['referrers: 404'],
  });
});

test('evidence that is unavailable leaves the rule indeterminate', () => {
  const unavailable = {
    status: 'unavailable',
    cause: 'network',
    message: 'It timed out.',
    fix: 'Try again.',
  } as const;
  expect(withoutEvidence(unavailable, wanted)).toEqual({
    outcome: 'indeterminate',
    message: 'It timed out.',
    fix: 'Try again.',
  });
  expect(withoutEvidence({ ...unavailable, lookedIn }, wanted)).not.toHaveProperty('details');
  const twoPlaces = [...lookedIn, { place: 'tag', answer: 'no answer' }];
  expect(withoutEvidence({ ...unavailable, lookedIn: twoPlaces }, wanted)).toMatchObject({
    details: ['referrers: 404', 'tag: no answer'],
  });
});

test('evidence that was never collected leaves the rule indeterminate', () => {
  expect(withoutEvidence(undefined, wanted)).toMatchObject({ outcome: 'indeterminate' });
});

describe('evidence that a rule needs', () => {
  const unavailable = { status: 'unavailable', cause: 'network', message: 'It timed out.', fix: 'Wait.' } as const;

  test('is its value where it is there', () => {
    const timestamps = present({ timestamps: [], chosen: null, refused: [] }, 'the test');
    expect(needed({ timestamps }, 'timestamps')).toMatchObject({ ok: true, value: { chosen: null } });
  });

  test.each([
    ['unavailable', unavailable, 'indeterminate', 'It timed out.'],
    ['absent', { status: 'absent', lookedIn: [] }, 'fail', 'The image has no package database.'],
    ['unsupported', { status: 'unsupported', form: 'x', message: 'It is encrypted.' }, 'fail', 'It is encrypted.'],
  ] as const)('answers for its lack where it is %s', (_, packages, outcome, message) => {
    expect(needed({ packages }, 'packages')).toMatchObject({ ok: false, error: { outcome, message } });
  });

  test('is indeterminate where it was not collected', () => {
    expect(needed({}, 'packages')).toMatchObject({ ok: false, error: { outcome: 'indeterminate' } });
  });
});
