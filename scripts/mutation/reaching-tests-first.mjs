import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { noticing } from './jest-circus-to-first-failure.mjs';

/** In the sandbox, which all runners of a group share. */
const KEPT = join(process.cwd(), 'tests-by-file.json');

/** The file whose test noticed the last mutant that was noticed, which is most likely the next one's neighbor. */
let likely;

/**
 * Says which test files jest runs for a mutant, and in which order. Stryker shows jest the names of the tests that reach
 * the mutant, and jest would load every file to look for them: the first run, of everything, notes which file has which.
 * A mutant is done for at the first test that fails, so the quickest comes first.
 */
export default class ReachingTestsFirst {
  constructor({ globalConfig }) {
    [likely = likely] = noticing.splice(0);
    this.names = globalConfig.testNamePattern === undefined ? undefined : new RegExp(globalConfig.testNamePattern, 'i');
  }

  sort(tests) {
    if (!existsSync(KEPT)) return tests;
    const files = JSON.parse(readFileSync(KEPT, 'utf8'));
    const reaching = tests.filter(
      ({ path }) => files[path]?.names.some((name) => this.names?.test(name) ?? true) ?? true,
    );
    const cost = ({ path }) => (path === likely ? -1 : (files[path]?.milliseconds ?? 0));
    return reaching.sort((a, b) => cost(a) - cost(b));
  }

  cacheResults(_tests, { testResults }) {
    if (existsSync(KEPT)) return;
    const files = testResults.map(({ testFilePath, testResults: results, perfStats }) => [
      testFilePath,
      { names: results.map(({ fullName }) => fullName), milliseconds: perfStats.end - perfStats.start },
    ]);
    writeFileSync(KEPT, JSON.stringify(Object.fromEntries(files)));
  }
}
