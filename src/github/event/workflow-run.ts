import { z } from 'zod';
import { err, ok, type Result } from '../../lib/result.js';
import type { GitHubClient } from '../repository/client.js';
import { attempt, type GitHubError } from '../repository/github-error.js';
import {
  formatRepositoryName,
  isCommit,
  parseRepositoryName,
  type RepositoryName,
  type RunnerEnvironment,
  sameRepository,
} from './environment.js';

/** The run of a `pull_request` workflow that a `workflow_run` workflow is about. */
export interface ReportedRun {
  readonly id: number;
  readonly head: string;
  readonly headRepository: RepositoryName;
  readonly headBranch: string;
  readonly url: string;
  readonly workflow: string;
  /** The head is in another repository. */
  readonly fork: boolean;
}

/** Why a run is not reported on. `nothing-to-report` is no error. */
export interface NotReported {
  readonly code: 'nothing-to-report' | 'not-reportable';
  readonly message: string;
}

/** @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run */
const payloadSchema = z.object({
  workflow_run: z.object({
    id: z.int().positive(),
    event: z.string(),
    name: z.string().nullish(),
    head_sha: z.string().refine(isCommit, 'a full commit ID'),
    head_branch: z.string().min(1).max(255).nullable(),
    html_url: z.url({ protocol: /^https?$/ }),
    // Null where the fork was deleted since.
    head_repository: z.object({ full_name: z.string() }).nullable(),
    repository: z.object({ full_name: z.string() }),
  }),
});

/** Reads the payload of `workflow_run`. Fails with a sentence where it is none, or there is nothing to report on. */
export function readReportedRun(env: RunnerEnvironment, payload: unknown): Result<ReportedRun, NotReported> {
  const parsed = payloadSchema.safeParse(payload);
  if (env.eventName !== 'workflow_run' || !parsed.success) {
    return notReportable('The report action runs only on workflow_run. See docs/events.md for a workflow to copy.');
  }
  const run = parsed.data.workflow_run;
  const repository = parseRepositoryName(run.repository.full_name);
  if (repository === null || !sameRepository(repository, env.repository)) {
    return notReportable('The payload of workflow_run is not for a run of this repository.');
  }
  if (run.event !== 'pull_request') {
    return nothing(`The run was triggered by ${run.event}; only pull_request runs are reported.`);
  }
  if (run.head_repository === null || run.head_branch === null) {
    return nothing("The fork or branch of this run was deleted, so its pull request can't be found.");
  }
  const headRepository = parseRepositoryName(run.head_repository.full_name);
  if (headRepository === null) return notReportable('The payload of workflow_run names no head repository.');
  return ok({
    id: run.id,
    head: run.head_sha,
    headRepository,
    headBranch: run.head_branch,
    url: run.html_url,
    workflow: run.name ?? '',
    fork: !sameRepository(headRepository, env.repository),
  });
}

function nothing(message: string): Result<never, NotReported> {
  return err({ code: 'nothing-to-report', message: `${message} Nothing was posted.` });
}

function notReportable(message: string): Result<never, NotReported> {
  return err({ code: 'not-reportable', message });
}

/** A pull request that a run was for. */
export interface ReportedPullRequest {
  readonly number: number;
  /** What merging it makes, whose lines a run of pull_request is about; the head where it can't be merged. */
  readonly shown: string;
}

const MAX_PULL_REQUESTS = 5;

/**
 * The open pull requests whose head is this run's repository and commit. `workflow_run.pull_requests` is empty for
 * forks, and nothing that the fork's run wrote is used.
 */
export async function pullRequestsOf(
  client: GitHubClient,
  repository: RepositoryName,
  run: ReportedRun,
): Promise<Result<readonly ReportedPullRequest[], GitHubError>> {
  const pulls = await attempt({ doing: 'find the pull request', permission: 'pull-requests: write' }, () =>
    client.rest.pulls.list({
      owner: repository.owner,
      repo: repository.name,
      state: 'open',
      head: `${run.headRepository.owner}:${run.headBranch}`,
      per_page: 100,
    }),
  );
  if (!pulls.ok) return pulls;
  const wanted = formatRepositoryName(run.headRepository).toLowerCase();
  return ok(
    pulls.value.data
      // A deleted fork leaves null where the description promises a repository.
      .filter(({ head }) => head.sha === run.head && head.repo?.full_name.toLowerCase() === wanted)
      .map(({ number, merge_commit_sha: merge }) => ({
        number,
        shown: merge !== null && isCommit(merge) ? merge : run.head,
      }))
      .slice(0, MAX_PULL_REQUESTS),
  );
}
