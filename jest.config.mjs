/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // A hang is what this is for: tests share slow machines with other work, and none of them measures time.
  testTimeout: 120_000,
  maxWorkers: '100%',
  globalSetup: '<rootDir>/__tests__/support/process/bundle-setup.mjs',
  globalTeardown: '<rootDir>/__tests__/support/process/bundle-teardown.mjs',
  setupFiles: ['<rootDir>/__tests__/support/property-seed.ts'],
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.mutants/'],
  // Tests against independent programs (skopeo, cosign …) run where .ci/peer has installed them: npm run test:peers.
  testPathIgnorePatterns: process.env.PEERS ? [] : ['\\.peer\\.test\\.ts$'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' }, experimental: { keepImportAttributes: true } } },
    ],
  },
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts'],
};
