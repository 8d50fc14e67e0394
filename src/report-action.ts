import * as core from '@actions/core';
import { err } from './lib/result.js';

const summaryPath = process.env['GITHUB_STEP_SUMMARY'];
const RUN_MILLISECONDS = 5 * 60_000;
const started = Date.now();

/** Posts the report of another run. Returns the exit code: 0 where it was posted or there was nothing to post it on, else 2. */
async function main(): Promise<0 | 2> {
  const secret = core.getInput('token');
  if (secret !== '') core.setSecret(secret);
  const [
    { givenInputs, NO_TOKEN, readReportInputs },
    { readRunnerEnvironment },
    { readPayload },
    { reportRun },
    { createClient },
  ] = await Promise.all([
    import('./github/event/inputs.js'),
    import('./github/event/environment.js'),
    import('./github/event/payload.js'),
    import('./github/publish/report-run.js'),
    import('./github/repository/client.js'),
  ]);
  const { showPosted } = await import('./github/publish/step-outputs.js');
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
  const remainingMilliseconds = () => started + RUN_MILLISECONDS - Date.now();
  const client = createClient({ token, apiUrl: env.apiUrl, remainingMilliseconds, onWaiting: core.info });
  const outcome = await reportRun(env, await readPayload(), inputs.value, client);
  await showPosted({ summaryPath }, outcome);
  return outcome.ok ? 0 : 2;
}

function stop(error: unknown): never {
  core.error(`The report could not be posted: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(2);
}

process.on('uncaughtException', stop);
process.on('unhandledRejection', stop);
setTimeout(() => stop('it took too long'), RUN_MILLISECONDS).unref();
const code = await main().catch(stop);
process.exitCode = code;
setTimeout(() => process.exit(code), 2_000).unref();
