import { expect, test } from '@jest/globals';
import { withoutEvidence } from '../../src/rules/without-evidence.js';

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

test('what could not be had is a check that could not be made', () => {
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

test('what was never collected is a check that could not be made', () => {
  expect(withoutEvidence(undefined, wanted)).toMatchObject({ outcome: 'indeterminate' });
});
