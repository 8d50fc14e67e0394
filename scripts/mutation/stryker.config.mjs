import { availableParallelism } from 'node:os';
import { group } from './groups.mjs';

const kept = `.mutants/${process.env.MUTATION_GROUP}`;

export default {
  mutate: group.files,
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: { configFile: 'scripts/mutation/jest.config.mjs', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  plugins: ['./.mutants/node_modules/@stryker-mutator/jest-runner/dist/src/index.js', './scripts/mutation/prose.mjs'],
  ignorers: ['prose'],
  // Without tsconfig.json, since Stryker would read it with a compiler API that TypeScript 7 no longer has.
  ignorePatterns: [
    '/tsconfig.json',
    '/dist',
    '/examples',
    '/report',
    '/reports',
    '/.mutants',
    '/.peers-bin',
    '/docs/images',
  ],
  incremental: true,
  incrementalFile: `${kept}.json`,
  tempDirName: `${kept}-sandbox`,
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  concurrency: availableParallelism(),
  // Jest keeps the modules of every run it has made in a process: some 13 MB each.
  maxTestRunnerReuse: 30,
  timeoutMS: 15_000,
  thresholds: { high: 95, low: 80, break: 80 },
};
