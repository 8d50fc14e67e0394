import { availableParallelism } from 'node:os';

/** @type {import('jest').Config} */
export default {
  // The tests of a process share the modules that it has loaded: loading them anew takes longer than most suites.
  runner: ['jest-light-runner', { runtime: 'child_process' }],
  testEnvironment: 'node',
  // Half as many again as there are processors: some tests wait, as for a server that answers late.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  globalSetup: '<rootDir>/__tests__/support/process/bundle-setup.mjs',
  globalTeardown: '<rootDir>/__tests__/support/process/bundle-teardown.mjs',
  setupFiles: ['<rootDir>/__tests__/support/property-seed.ts'],
  setupFilesAfterEnv: ['<rootDir>/__tests__/support/process/hang-guard.ts'],
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.mutants/'],
  // Tests against independent programs (skopeo, cosign …) run where .ci/peer has installed them: npm run test:peers.
  testPathIgnorePatterns: process.env.PEERS ? [] : ['\\.peer\\.test\\.ts$'],
};
