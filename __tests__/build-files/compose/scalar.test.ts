import { expect, test } from '@jest/globals';
import { plainScalar } from '../../../src/build-files/compose/scalar.js';

test.each([
  ['1.10', 'number', '1.1'],
  ['010', 'number', '8'],
  ['08', 'number', '8'],
  ['1e3', 'number', '1000'],
  ['1e6', 'number', '1e+06'],
  ['123456789.5', 'number', '1.234567895e+08'],
  ['1000000', 'number', '1000000'],
  ['0x1F', 'number', '31'],
  ['0b11', 'number', '3'],
  ['0o17', 'number', '15'],
  ['1_000', 'number', '1000'],
  ['-0', 'number', '-0'],
  ['.5', 'number', '0.5'],
  ['1.5e-7', 'number', '1.5e-07'],
  ['18446744073709551615', 'number', '18446744073709551615'],
  ['18446744073709551616', 'number', '1.8446744073709552e+19'],
  ['.inf', 'number', '+Inf'],
  ['1e400', 'string', '1e400'],
  ['true', 'boolean', 'true'],
  ['yes', 'string', 'yes'],
  ['~', 'null', ''],
  ['2024-01-02', 'timestamp', '2024-01-02 00:00:00 +0000 UTC'],
  ['2024-01-02T03:04:05+01:00', 'timestamp', '2024-01-02 03:04:05 +0100 +0100'],
  ['2024-02-30', 'string', '2024-02-30'],
  ['3.20.1', 'string', '3.20.1'],
  ['12:30', 'string', '12:30'],
  ['0x', 'string', '0x'],
])('plainScalar types %s as a %s', (written, type, text) => {
  expect(plainScalar(written)).toEqual({ type, text });
});
