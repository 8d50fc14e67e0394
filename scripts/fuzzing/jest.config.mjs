import suite from '../isolated-tests.mjs';
import { parsers } from './parsers.mjs';

export default {
  ...suite,
  maxWorkers: 1,
  // fast-check ends a property in its own time; this is for what it can't end.
  testTimeout: 600_000,
  testMatch: parsers.map(([, file]) => `<rootDir>/__tests__/${file}.test.ts`),
  moduleNameMapper: { ...suite.moduleNameMapper, '^fast-check$': '<rootDir>/scripts/fuzzing/many-inputs.mjs' },
};
