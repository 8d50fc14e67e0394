/** The files that decide, and what a wrong answer in them would let through. */
const DECIDING = [
  // Which answers make the verdict, and the exit code of it.
  'src/verdict.ts',
  // Which findings a pull request only inherits.
  'src/change.ts',
  // Which exceptions hold, and what they cover.
  'src/policy/waivers.ts',
  // What a policy says, once its layers are laid on each other, and what a layer may not say.
  'src/policy/merge.ts',
  'src/policy/override-problems.ts',
  'src/policy/strictness.ts',
  'src/policy/resolve-allow.ts',
  'src/policy/resolve-authorities.ts',
  // Which entry governs an image; whose identities are exact.
  'src/policy/govern.ts',
  'src/policy/identity.ts',
  'src/policy/default-allow.ts',
  'src/policy/settings.ts',
  // What an image's name and a pattern mean.
  'src/images/glob.ts',
  'src/images/pattern.ts',
  'src/images/reference.ts',
  'src/images/registry-host.ts',
  // Whether a signature is one, over this digest, by this authority.
  'src/signatures/collect-signatures.ts',
  'src/signatures/collect-statements.ts',
  'src/signatures/cosign-layer.ts',
  'src/signatures/count-signers.ts',
  'src/signatures/examine.ts',
  'src/signatures/gaps.ts',
  'src/signatures/identity.ts',
  'src/signatures/image-signature.ts',
  'src/signatures/inclusion-promise.ts',
  'src/signatures/judge.ts',
  'src/signatures/key.ts',
  'src/signatures/prehashed.ts',
  'src/signatures/rekor-entry.ts',
  'src/signatures/signed-content.ts',
  'src/signatures/signer.ts',
  'src/signatures/sigstore-bundle.ts',
  'src/signatures/simple-signing.ts',
  'src/signatures/statement.ts',
  'src/signatures/verified.ts',
  'src/signatures/verify-artifact.ts',
  'src/signatures/verify-material.ts',
  // Which signed documents count as evidence about this image.
  'src/evidence/attested.ts',
  // What each rule answers, and with which level.
  'src/rules/*.ts',
];

export default {
  mutate: DECIDING,
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: { configFile: 'scripts/mutation/jest.config.mjs', enableFindRelatedTests: true },
  coverageAnalysis: 'perTest',
  plugins: ['./.mutants/node_modules/@stryker-mutator/jest-runner/dist/src/index.js', './scripts/mutation/prose.mjs'],
  ignorers: ['prose'],
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
  checkers: [],
  disableTypeChecks: false,
  incremental: true,
  incrementalFile: '.mutants/incremental.json',
  tempDirName: '.mutants/sandbox',
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
  jsonReporter: { fileName: '.mutants/report.json' },
  concurrency: 1,
  timeoutMS: 20_000,
  thresholds: { high: 95, low: 80, break: 80 },
};
