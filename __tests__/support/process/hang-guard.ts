import { expect } from '@jest/globals';

/** The runner has no time limit for a test. What is for is a hang: tests share slow machines with other work. */
const LONGEST_TEST_MINUTES = 10;

let running: string | undefined;
let minutes = 0;
setInterval(() => {
  const { currentTestName, testPath } = expect.getState();
  const now = `${testPath}: ${currentTestName}`;
  minutes = now === running ? minutes + 1 : 0;
  running = now;
  if (minutes < LONGEST_TEST_MINUTES) return;
  process.stderr.write(`A test hangs, so that this process ends: ${now}\n`);
  process.exit(1);
}, 60_000).unref();
