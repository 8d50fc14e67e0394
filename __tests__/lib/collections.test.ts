import { expect, test } from '@jest/globals';
import { optionalField } from '../../src/lib/collections.js';

test('an optional field is there with its value, or not at all', () => {
  expect(optionalField('run', 'https://example.com/1')).toEqual({ run: 'https://example.com/1' });
  expect(optionalField('run', '')).toEqual({ run: '' });
  expect(Object.keys(optionalField('run', undefined))).toEqual([]);
});
