import suite from '../isolated-tests.mjs';
import { group } from './groups.mjs';

export default {
  ...suite,
  maxWorkers: 1,
  testRunner: '<rootDir>/scripts/mutation/jest-circus-to-first-failure.mjs',
  testSequencer: '<rootDir>/scripts/mutation/reaching-tests-first.mjs',
  testTimeout: 30_000,
  testMatch: undefined,
  testRegex: group.tests.map((name) => `/__tests__/${name}\\.test\\.ts$`),
  testPathIgnorePatterns: ['\\.(peer|corpus)\\.test\\.ts$'],
};
