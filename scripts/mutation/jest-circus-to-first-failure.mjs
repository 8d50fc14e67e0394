import circus from 'jest-circus/runner';

/** The paths of the test files that have noticed the mutant of this run; reaching-tests-first.mjs empties it for the next. */
export const noticing = [];

/** What jest is reported of a file that need not run: a file without a test is an error to it. */
function leftOut(path) {
  const title = 'not run: the mutant is noticed already';
  const test = { ancestorTitles: [], fullName: title, title, status: 'pending', duration: 0, failureMessages: [] };
  return {
    ...{ leaks: false, skipped: false, openHandles: [], testFilePath: path, testResults: [test] },
    ...{ numFailingTests: 0, numPassingTests: 0, numPendingTests: 1, numTodoTests: 0 },
    perfStats: { start: 0, end: 0, runtime: 0, slow: false, loadTestEnvironmentStart: 0, loadTestEnvironmentEnd: 0 },
    snapshot: { added: 0, fileDeleted: false, matched: 0, unchecked: 0, uncheckedKeys: [], unmatched: 0, updated: 0 },
  };
}

/** Skips what is left of a file from its first failing test on. */
function skipAfterFailure(environment) {
  const reported = environment.handleTestEvent?.bind(environment);
  let failed = false;
  environment.handleTestEvent = async (event, state) => {
    if (event.name === 'test_fn_failure' || event.name === 'hook_failure') failed = true;
    if (event.name === 'test_start' && failed) event.test.mode = 'skip';
    await reported?.(event, state);
  };
}

/**
 * A test runner for jest that is done at the first test that fails, since one is enough to notice a mutant. Jest's own
 * `bail` ends the process, which Stryker needs for the next mutant (https://github.com/jestjs/jest/issues/11766).
 * Stryker takes a runner for jest-circus by its name, as this file's begins.
 */
export default async function runToFirstFailure(globalConfig, config, environment, runtime, path, sendMessageToJest) {
  if (noticing.length > 0) return leftOut(path);
  skipAfterFailure(environment);
  const result = await circus.default(globalConfig, config, environment, runtime, path, sendMessageToJest);
  if (result.numFailingTests > 0) noticing.push(path);
  return result;
}
