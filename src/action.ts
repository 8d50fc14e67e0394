import { appendFileSync } from 'node:fs';
import * as core from '@actions/core';
import { RUN_MILLISECONDS } from './lib/run-time.js';
import { Secrets } from './lib/scrub.js';
import { LIMITS, LIMITS_VARIABLE, parseLimits } from './registry/limits.js';

const LEAST_TOKEN_LENGTH = 20;
/** No single wait for a rate limit is longer: a runner that sits idle is paid for. */
const LONGEST_WAIT_MILLISECONDS = 5 * 60_000;
const summaryPath = process.env['GITHUB_STEP_SUMMARY'];
const STOPPED =
  '\n## ❓ Base images: indeterminate\n\nThe run was stopped before it was done, so nothing was decided. The log of the step says why.\n';
const started = Date.now();
/** Whoever gives the evaluation more time gives the run as much more. */
const runMilliseconds = RUN_MILLISECONDS + Math.max(0, evaluationMilliseconds() - LIMITS['run-ms'].value);

function evaluationMilliseconds(): number {
  const changes = parseLimits(process.env[LIMITS_VARIABLE] ?? '');
  return changes.ok ? (changes.value['run-ms'] ?? 0) : 0;
}

/** Runs the gate on the event of this job. Returns the exit code: 0 pass, 1 fail, 2 indeterminate, 3 wrong usage. */
async function main(): Promise<0 | 1 | 2 | 3> {
  const { givenInputs, NO_TOKEN, readInputs, secretsOf } = await import('./github/event/inputs.js');
  const secrets = new Secrets();
  const mask = (secret: string): void => {
    core.setSecret(secret);
    secrets.add(secret);
  };
  for (const secret of secretsOf(core.getInput)) {
    core.setSecret(secret);
    // A registry's password is remembered when it is sent; a shorter text here is no token of GitHub's.
    if (secret.length >= LEAST_TOKEN_LENGTH) secrets.add(secret);
  }
  const inputs = readInputs(core.getInput, givenInputs(process.env));
  const show = await import('./github/publish/step-outputs.js');
  if (!inputs.ok) {
    await show.showStop({ summaryPath }, inputs.error);
    return 3;
  }
  if (inputs.value.token === '') {
    await show.showStop({ summaryPath }, NO_TOKEN);
    return 2;
  }
  const [{ readRunnerEnvironment }, { readPayload }, { runAction }, { makeEngine }] = await Promise.all([
    import('./github/event/environment.js'),
    import('./github/event/payload.js'),
    import('./github/run-action.js'),
    import('./github/make-engine.js'),
  ]);
  const env = readRunnerEnvironment(process.env);
  const outcome = await runAction({
    env,
    payload: await readPayload(),
    inputs: inputs.value,
    evaluate: makeEngine({
      credentials: inputs.value.registryCredentials,
      environment: process.env,
      workspace: env.workspace,
      temporaryDirectory: env.temporaryDirectory,
      mask,
      notice: core.info,
    }),
    remainingMilliseconds: () => Math.min(LONGEST_WAIT_MILLISECONDS, started + runMilliseconds - Date.now()),
    say: core.info,
    scrub: (data) => secrets.scrub(data),
  });
  if (!outcome.ok) {
    await show.showStop({ summaryPath }, outcome.error);
    return outcome.error.code === 'usage' ? 3 : 2;
  }
  if (outcome.value.kind === 'nothing-to-evaluate') {
    await show.showNothing({ env, summaryPath }, outcome.value.message);
    return 0;
  }
  const { report, renderers, commit, publish } = outcome.value;
  const { evidenceFiles } = await import('./github/publish/evidence-files.js');
  const evidence = await evidenceFiles(report, inputs.value.evidence, {
    collected: new Date(started),
    evaluated: `${env.repository.owner}/${env.repository.name} at ${commit}`,
  });
  await show.showReport({ env, summaryPath }, { report, renderers, evidence }, publish);
  return (await import('./gate/verdict.js')).exitCodeOf(report.verdict);
}

/** Whatever stops the run early, nothing was decided: exit code 2, where Node's own would be 1 and read as "fail". */
function stop(reason: string): never {
  const text = reason.replace(/[\r\n]+/g, ' ').slice(0, 1_000);
  core.error(`The run stopped: ${text} Nothing was decided.`, { title: 'Base images: indeterminate' });
  try {
    // Whatever was set before: a later value wins.
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
const code = await main().catch(stopFor);
process.exitCode = code;
// What is still going on when everything is said, such as a connection that is kept alive, is not waited for long.
setTimeout(() => process.exit(code), 2_000).unref();
