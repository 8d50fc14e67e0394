import * as core from '@actions/core';
import { err } from '../lib/result.js';
import type { StepSetting } from './step.js';

/**
 * Posts the report of another run, as the step whose environment is the process's. Returns the exit code: 0 where it
 * was posted or there was nothing to post it on, else 2.
 */
export async function runReportStep({ deadline, connect, wait }: Omit<StepSetting, 'started'>): Promise<0 | 2> {
  const summaryPath = process.env['GITHUB_STEP_SUMMARY'];
  const secret = core.getInput('token');
  if (secret !== '') core.setSecret(secret);
  const [
    { givenInputs, NO_TOKEN, readReportInputs },
    { readRunnerEnvironment },
    { readPayload },
    { reportRun },
    { createClient },
  ] = await Promise.all([
    import('./event/inputs.js'),
    import('./event/environment.js'),
    import('./event/payload.js'),
    import('./publish/report-run.js'),
    import('./repository/client.js'),
  ]);
  const { showPosted } = await import('./publish/step-outputs.js');
  const inputs = readReportInputs(core.getInput, givenInputs(process.env));
  if (!inputs.ok) {
    await showPosted({ summaryPath }, err(`${inputs.error.message} ${inputs.error.fix}`));
    return 2;
  }
  const { token } = inputs.value;
  if (token === '') {
    await showPosted({ summaryPath }, err(`${NO_TOKEN.message} ${NO_TOKEN.fix}`));
    return 2;
  }
  const env = readRunnerEnvironment(process.env);
  const remainingMilliseconds = () => deadline - Date.now();
  const client = (connect ?? createClient)({
    token,
    apiUrl: env.apiUrl,
    remainingMilliseconds,
    onWaiting: core.info,
  });
  const outcome = await reportRun(env, await readPayload(), inputs.value, client, wait);
  await showPosted({ summaryPath }, outcome);
  return outcome.ok ? 0 : 2;
}
