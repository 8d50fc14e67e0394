import { err, ok, type Result } from '../../lib/result.js';
import type { Wait } from '../../lib/wait.js';
import type { Report } from '../../reports/report.js';
import type { RunnerEnvironment } from '../event/environment.js';
import type { ReportInputs } from '../event/inputs.js';
import { groupMissingPermissions, requestedByReport } from '../event/requested-permissions.js';
import { pullRequestsOf, type ReportedPullRequest, type ReportedRun, readReportedRun } from '../event/workflow-run.js';
import type { GitHubClient } from '../repository/client.js';
import type { GitHubError } from '../repository/github-error.js';
import { publishComment } from './comment.js';
import { partId, rememberedFingerprint } from './comment-parts.js';
import { renderersFor } from './renderers.js';
import { type ArtifactRead, readReportArtifact } from './report-artifact.js';
import { uploadSarif } from './sarif-upload.js';
import { readUntrustedReport } from './untrusted-report.js';

/** What a report is posted on, and by whom. */
interface Posting {
  readonly env: RunnerEnvironment;
  readonly inputs: ReportInputs;
  readonly client: GitHubClient;
  readonly wait?: Wait | undefined;
  readonly run: ReportedRun;
  readonly report: Report;
}

/**
 * Posts the report of another run on the pull request that the run was for. Returns a sentence about what was done;
 * fails with a sentence. The verdict in the report changes nothing here: untrusted text is not a check.
 */
export async function reportRun(
  env: RunnerEnvironment,
  payload: unknown,
  inputs: ReportInputs,
  client: GitHubClient,
  wait?: Wait,
): Promise<Result<string, string>> {
  const run = readReportedRun(env, payload);
  if (!run.ok) return run.error.code === 'nothing-to-report' ? ok(run.error.message) : err(run.error.message);
  const read = await reportOf(env, inputs, client, run.value);
  if (!read.ok) return typeof read.error === 'string' ? err(read.error) : failed([read.error], inputs);
  if ('nothing' in read.value) return ok(`${read.value.nothing} Nothing was posted.`);
  const pulls = await pullRequestsOf(client, env.repository, run.value);
  if (!pulls.ok) return failed([pulls.error], inputs);
  if (pulls.value.length === 0)
    return ok("Nothing was posted because no open pull request has this run's head commit.");
  const errors: GitHubError[] = [];
  const posting = { env, inputs, client, wait, run: run.value, report: read.value.report };
  for (const pull of pulls.value) {
    for (const outcome of await post(posting, pull)) if (!outcome.ok) errors.push(outcome.error);
  }
  return errors.length > 0
    ? failed(errors, inputs)
    : ok(`Reported on ${pulls.value.map(({ number }) => `#${number}`).join(', ')}.`);
}

async function reportOf(
  { repository }: RunnerEnvironment,
  inputs: ReportInputs,
  client: GitHubClient,
  run: ReportedRun,
): Promise<Result<ArtifactRead, GitHubError | string>> {
  if (inputs.report === null) {
    return readReportArtifact(client, { repository, runId: run.id, name: inputs.artifact });
  }
  const report = await readUntrustedReport(inputs.report);
  return report.ok ? ok({ report: report.value }) : report;
}

async function post(
  { env, inputs, client, wait, run, report }: Posting,
  { number, shown }: ReportedPullRequest,
): Promise<readonly Result<unknown, GitHubError>[]> {
  // Reports of several jobs are distinguished by the step that posts them and by its inputs.
  const step = JSON.stringify([env.workflowFile || env.workflow, env.job, env.step]);
  const id = partId({
    workflow: run.workflow,
    job: 'reported',
    step,
    inputs: { artifact: inputs.report ?? inputs.artifact },
  });
  const renderers = renderersFor(env, { commit: shown, category: `base-image-gate/reported-${id}` });
  const word = untrustedText(run);
  const outcomes: Result<unknown, GitHubError>[] = [];
  if (inputs.comment !== 'never') {
    outcomes.push(
      await publishComment({
        client,
        repository: env.repository,
        wait,
        number,
        key: inputs.commentKey,
        start: inputs.comment === 'always' || report.verdict !== 'pass',
        isCurrent: async () => {
          const pulls = await pullRequestsOf(client, env.repository, run);
          return pulls.ok && pulls.value.some((pull) => pull.number === number);
        },
        footer: `[The reported run](${run.url})`,
        own: {
          id,
          commit: run.head,
          fingerprints: report.findings.map(({ fingerprint }) => rememberedFingerprint(fingerprint)),
          render: (space) => {
            const limit = space - word.length - 2;
            const title = run.fork ? 'reported by the fork' : 'reported by the branch';
            return `${word}\n\n${renderers.comment(report, { limit, title })}`;
          },
        },
      }),
    );
  }
  if (inputs.sarif) {
    const sarif = renderers.uploadedSarif(report);
    const ref = `refs/pull/${number}/head`;
    outcomes.push(await uploadSarif({ client, repository: env.repository, commit: run.head, ref, sarif, wait }));
  }
  return outcomes;
}

/** Stands before everything that another run reported, and stays when there is no space for the rest. */
function untrustedText({ fork }: ReportedRun): string {
  const whose = fork ? 'the fork' : "the pull request's branch";
  return `> [!CAUTION]\n> **Reported by ${whose}'s own run.** Anyone who controls ${whose} could have written this. It is not a check and blocks nothing.`;
}

function failed(errors: readonly GitHubError[], inputs: ReportInputs): Result<never, string> {
  const reported = groupMissingPermissions(errors, requestedByReport(inputs));
  // Last, what ends in lines of a workflow.
  return err(
    reported
      .toReversed()
      .map(({ message, fix }) => `${message} ${fix}`)
      .join(' '),
  );
}
