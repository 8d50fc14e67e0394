// Stands in for fast-check while fuzzing: every property of the suite is tried with as many inputs as FUZZ_INPUTS says,
// or for FUZZ_SECONDS, and shows FUZZ_LOG how that went.
import { appendFileSync } from 'node:fs';
import fc from '../../node_modules/fast-check/lib/fast-check.js';

const { FUZZ_INPUTS, FUZZ_SECONDS, FUZZ_LOG } = process.env;

/** A property that notes its slowest input, in milliseconds. */
function timed(property) {
  const noted = { slowest: 0 };
  const run = property.run.bind(property);
  const note = (started) => {
    noted.slowest = Math.max(noted.slowest, performance.now() - started);
  };
  property.run = (...given) => {
    const started = performance.now();
    const answer = run(...given);
    if (property.isAsync()) return answer.finally(() => note(started));
    note(started);
    return answer;
  };
  return noted;
}

function assert(property, parameters = {}) {
  const started = performance.now();
  const noted = timed(property);
  const report = (details) => {
    const { testPath, currentTestName } = globalThis.expect.getState();
    const seconds = (performance.now() - started) / 1000;
    const { numRuns: inputs, failed } = details;
    appendFileSync(FUZZ_LOG, `${JSON.stringify({ testPath, currentTestName, inputs, seconds, failed, ...noted })}\n`);
    if (failed) throw new Error(fc.defaultReportMessage(details));
  };
  return fc.assert(property, {
    ...parameters,
    seed: fc.readConfigureGlobal().seed,
    numRuns: Math.max(parameters.numRuns ?? 100, Number(FUZZ_INPUTS)),
    interruptAfterTimeLimit: Number(FUZZ_SECONDS) * 1000,
    ...(property.isAsync() ? { asyncReporter: async (details) => report(details) } : { reporter: report }),
  });
}

export default { ...fc, assert };
