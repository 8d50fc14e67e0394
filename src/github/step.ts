import * as core from '@actions/core';
import { Secrets } from '../lib/scrub.js';
import type { Wait } from '../lib/wait.js';
import type { createClient } from './repository/client.js';

const LEAST_TOKEN_LENGTH = 20;
/** No single wait for a rate limit is longer: a runner that sits idle is paid for. */
const LONGEST_WAIT_MILLISECONDS = 5 * 60_000;

/** When a step has to be done, and how it reaches GitHub. */
export interface StepSetting {
  /** When it began, and when it has to be done, in milliseconds since the epoch. */
  readonly started: number;
  readonly deadline: number;
  /** Makes the client for GitHub's API; absent: as GitHub's limits ask for. */
  readonly connect?: typeof createClient;
  /** Waits for what GitHub does in the background; absent: by the clock. */
  readonly wait?: Wait;
}

/**
 * Runs the gate on the event of this job, whose environment is the process's. Returns the exit code: 0 pass, 1 fail,
 * 2 indeterminate, 3 wrong usage.
 */
export async function runStep({ started, deadline, connect, wait }: StepSetting): Promise<0 | 1 | 2 | 3> {
  const summaryPath = process.env['GITHUB_STEP_SUMMARY'];
  const { givenInputs, NO_TOKEN, readInputs, secretsOf } = await import('./event/inputs.js');
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
  const showing = () => import('./publish/step-outputs.js');
  if (!inputs.ok) {
    await (await showing()).showStop({ summaryPath }, inputs.error);
    return 3;
  }
  if (inputs.value.token === '') {
    await (await showing()).showStop({ summaryPath }, NO_TOKEN);
    return 2;
  }
  const [{ readRunnerEnvironment }, { readPayload }, { runAction }, { createClient }] = await Promise.all([
    import('./event/environment.js'),
    import('./event/payload.js'),
    import('./run-action.js'),
    import('./repository/client.js'),
  ]);
  const env = readRunnerEnvironment(process.env);
  const outcome = await runAction({
    env,
    payload: await readPayload(),
    inputs: inputs.value,
    connect: connect ?? createClient,
    wait,
    evaluate: async (request) => {
      const { makeEngine } = await import('./make-engine.js');
      const engine = makeEngine({
        credentials: inputs.value.registryCredentials,
        environment: process.env,
        workspace: env.workspace,
        temporaryDirectory: env.temporaryDirectory,
        mask,
        notice: core.info,
      });
      return engine(request);
    },
    remainingMilliseconds: () => Math.min(LONGEST_WAIT_MILLISECONDS, deadline - Date.now()),
    say: core.info,
    scrub: (data) => secrets.scrub(data),
  });
  const show = await showing();
  if (!outcome.ok) {
    await show.showStop({ summaryPath }, outcome.error);
    return outcome.error.code === 'usage' ? 3 : 2;
  }
  if (outcome.value.kind === 'nothing-to-evaluate') {
    await show.showNothing({ env, summaryPath }, outcome.value.message);
    return 0;
  }
  const { report, policy, renderers, commit, isProtected, partial, platforms, publish } = outcome.value;
  const { evidenceFiles } = await import('./publish/evidence-files.js');
  const { onlyFile } = await import('../enforce/export-target.js');
  const { buildkit } = await import('../enforce/targets/buildkit.js');
  const sourcePolicy = onlyFile(buildkit.render({ report, policy, now: new Date(started) }));
  const evidence = await evidenceFiles(report, inputs.value.evidence, {
    collected: new Date(started),
    evaluated: `${env.repository.owner}/${env.repository.name} at ${commit}`,
  });
  const summaries = isProtected
    ? (await import('../enforce/vsa/verification-summaries.js')).verificationSummaries({
        report,
        policy,
        now: new Date(started),
        commit: { id: commit, uri: `git+${env.serverUrl}/${env.repository.owner}/${env.repository.name}@${commit}` },
        server: env.serverUrl,
        partial,
        platforms,
      })
    : null;
  await show.showReport({ env, summaryPath }, { report, renderers, evidence, sourcePolicy, summaries }, publish);
  return (await import('../gate/verdict.js')).exitCodeOf(report.verdict);
}
