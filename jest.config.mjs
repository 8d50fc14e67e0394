import module from 'node:module';
import isolated, { suite } from './scripts/isolated-tests.mjs';

/** Node 24, which `npm install` brings and npm runs, loads the sources as they are; an older one can't. */
const stripsTypes = process.features.typescript !== undefined && module.registerHooks !== undefined;

/**
 * The tests of a process share the modules that it has loaded: loading them anew takes longer than most suites.
 *
 * @type {import('jest').Config}
 */
const shared = {
  ...suite,
  runner: ['jest-light-runner', { runtime: 'child_process' }],
  setupFilesAfterEnv: ['<rootDir>/__tests__/support/process/hang-guard.ts'],
};

if (stripsTypes) {
  const loader = new URL('__tests__/support/process/typescript.mjs', import.meta.url).href;
  await import(loader);
  // Processes that run tests are forked with these; programs that tests start are not.
  process.execArgv.push('--import', loader);
}

export default stripsTypes ? shared : isolated;
