import { join } from 'node:path';
import suite from '../../jest.config.mjs';

/** The unit tests of the files that decide: no spawned bundle, no peer, no corpus; each file of them takes seconds at most. */
const ROOMS = ['policy', 'images', 'rules', 'signatures', 'evidence'];

export default {
  ...suite,
  rootDir: join(import.meta.dirname, '../..'),
  maxWorkers: 1,
  testSequencer: '<rootDir>/scripts/mutation/slow-tests-last.mjs',
  testTimeout: 30_000,
  testMatch: ['<rootDir>/__tests__/*.test.ts', ...ROOMS.map((room) => `<rootDir>/__tests__/${room}/**/*.test.ts`)],
  testPathIgnorePatterns: ['\\.(peer|corpus)\\.test\\.ts$', '/documentation\\.test\\.ts$'],
};
