import { appendFileSync } from 'node:fs';
import * as core from '@actions/core';
import { runStep } from './github/step.js';
import { RUN_MILLISECONDS } from './lib/run-time.js';
import { LIMITS, LIMITS_VARIABLE, parseLimits } from './registry/limits.js';

const summaryPath = process.env['GITHUB_STEP_SUMMARY'];
const STOPPED =
  '\n## ❓ Base images: indeterminate\n\nThe run was stopped before it was done, so nothing was decided. The log of the step says why.\n';
const started = Date.now();
/** A longer evaluation limit extends the limit of the run by the same amount. */
const runMilliseconds = RUN_MILLISECONDS + Math.max(0, evaluationMilliseconds() - LIMITS['run-ms'].value);

function evaluationMilliseconds(): number {
  const changes = parseLimits(process.env[LIMITS_VARIABLE] ?? '');
  return changes.ok ? (changes.value['run-ms'] ?? 0) : 0;
}

/** A run that stops early has decided nothing: exit code 2, where Node's own would be 1 and read as "fail". */
function stop(reason: string): never {
  const text = reason.replace(/[\r\n]+/g, ' ').slice(0, 1_000);
  core.error(`The run stopped: ${text} Nothing was decided.`, { title: 'Base images: indeterminate' });
  try {
    // Overrides values that were set before: the last one wins.
    core.setOutput('verdict', 'indeterminate');
    // The reason may quote an untrusted party, so it is in the log alone.
    if (summaryPath) appendFileSync(summaryPath, STOPPED);
  } catch {
    // The log says it.
  }
  process.exit(2);
}

function stopFor(error: unknown): never {
  if (core.isDebug() && error instanceof Error) core.debug(error.stack ?? '');
  stop(error instanceof Error ? error.message : String(error));
}

process.on('uncaughtException', stopFor);
process.on('unhandledRejection', stopFor);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(`it received ${signal}.`));
setTimeout(() => stop(`it took longer than ${runMilliseconds / 60_000} minutes.`), runMilliseconds).unref();
const code = await runStep({ started, deadline: started + runMilliseconds }).catch(stopFor);
process.exitCode = code;
// Do not wait long for what is still open at the end, such as a connection that is kept alive.
setTimeout(() => process.exit(code), 2_000).unref();
