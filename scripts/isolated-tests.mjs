import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** What holds for the suite however its modules are loaded. */
export const suite = {
  rootDir: join(import.meta.dirname, '..'),
  testEnvironment: 'node',
  // Half as many again as there are processors: some tests wait, as for a server that answers late.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  globalSetup: '<rootDir>/__tests__/support/process/temporary-setup.mjs',
  globalTeardown: '<rootDir>/__tests__/support/process/temporary-teardown.mjs',
  setupFiles: ['<rootDir>/__tests__/support/property-seed.ts'],
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.mutants/'],
  // Tests against independent programs (skopeo, cosign …) run where .ci/peer has installed them: npm run test:peers.
  testPathIgnorePatterns: process.env.PEERS ? [] : ['\\.peer\\.test\\.ts$'],
};

/**
 * The suite in Jest's own module system (`node --experimental-vm-modules`): for runs that put other modules in the place
 * of the sources', and for a Node that does not strip types.
 *
 * @type {import('jest').Config}
 */
export default {
  ...suite,
  // A hang is what this is for: tests share slow machines with other work.
  testTimeout: 120_000,
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' }, experimental: { keepImportAttributes: true } } },
    ],
  },
};
