import type { Report } from '../reports/report.js';
import { err, ok, type Result } from '../result.js';
import type { GitHubClient } from './client.js';
import { publishComment } from './comment.js';
import { partId, rememberedFingerprint } from './comment-parts.js';
import type { RunnerEnvironment } from './environment.js';
import type { GitHubError } from './github-error.js';
import { renderersFor } from './renderers.js';
import { uploadSarif } from './sarif-upload.js';
import { readStrangerReport } from './stranger-report.js';
import { pullRequestsOf, type ReportedRun, readReportedRun } from './workflow-run.js';

export interface ReportInputs {
  readonly report: string;
  readonly comment: 'always' | 'on-failure' | 'never';
  readonly commentKey: string;
  readonly sarif: boolean;
}

/** Stands before everything a fork's run said, and stays when there is no room for the rest. */
const STRANGERS_WORD =
  '> [!CAUTION]\n> **Reported by the fork’s own run.** Whoever controls the fork could have written this. It is no check and decides nothing.';

/**
 * Posts the report of a fork's run on the pull request that the run was for. Returns a sentence about what was done;
 * fails with a sentence. The verdict in the report changes nothing here: a stranger's word is not a check.
 */
export async function reportRun(
  env: RunnerEnvironment,
  payload: unknown,
  inputs: ReportInputs,
  client: GitHubClient,
): Promise<Result<string, string>> {
  const run = readReportedRun(env, payload);
  if (!run.ok) return run;
  const report = await readStrangerReport(inputs.report);
  if (!report.ok) return report;
  const pulls = await pullRequestsOf(client, env.repository, run.value);
  if (!pulls.ok) return failed([pulls.error]);
  if (pulls.value.length === 0)
    return ok('No open pull request has the head that this run was for; nothing was posted.');
  const errors: GitHubError[] = [];
  for (const number of pulls.value) {
    for (const outcome of await post(env, inputs, client, { number, run: run.value, report: report.value })) {
      if (!outcome.ok) errors.push(outcome.error);
    }
  }
  return errors.length > 0
    ? failed(errors)
    : ok(`Reported on ${pulls.value.map((number) => `#${number}`).join(', ')}.`);
}

async function post(
  env: RunnerEnvironment,
  inputs: ReportInputs,
  client: GitHubClient,
  { number, run, report }: { readonly number: number; readonly run: ReportedRun; readonly report: Report },
): Promise<readonly Result<unknown, GitHubError>[]> {
  const renderers = renderersFor(env, { commit: run.head, category: 'base-image-gate/reported-by-fork' });
  const outcomes: Result<unknown, GitHubError>[] = [];
  if (inputs.comment !== 'never') {
    outcomes.push(
      await publishComment({
        client,
        repository: env.repository,
        number,
        key: inputs.commentKey,
        start: inputs.comment === 'always' || report.verdict !== 'pass',
        footer: `[The fork’s run](${run.url})`,
        own: {
          id: partId({ workflow: run.workflow, job: 'reported by a fork', step: '', inputs: {} }),
          commit: run.head,
          fingerprints: report.findings.map(({ fingerprint }) => rememberedFingerprint(fingerprint)),
          render: (room) => {
            const limit = room - STRANGERS_WORD.length - 2;
            return `${STRANGERS_WORD}\n\n${renderers.comment(report, { limit, title: 'reported by the fork' })}`;
          },
        },
      }),
    );
  }
  if (inputs.sarif) {
    const sarif = renderers.sarif(report);
    const ref = `refs/pull/${number}/head`;
    outcomes.push(await uploadSarif({ client, repository: env.repository, commit: run.head, ref, sarif }));
  }
  return outcomes;
}

function failed(errors: readonly GitHubError[]): Result<never, string> {
  return err(errors.map(({ message, remedy }) => `${message} ${remedy}`).join('\n'));
}
