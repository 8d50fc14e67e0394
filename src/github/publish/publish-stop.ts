import { optionalField } from '../../lib/collections.js';
import type { Wait } from '../../lib/wait.js';
import { stopMarkdown } from '../../reports/markdown/stop.js';
import type { Stop } from '../engine.js';
import { type RunnerEnvironment, runUrl } from '../event/environment.js';
import type { EventPlan } from '../event/event.js';
import type { ActionInputs } from '../event/inputs.js';
import type { JobIdentity } from '../event/job-identity.js';
import type { GitHubClient } from '../repository/client.js';
import { attempt } from '../repository/github-error.js';
import { publishComment } from './comment.js';

interface StoppedRun {
  readonly env: RunnerEnvironment;
  readonly inputs: ActionInputs;
  readonly plan: EventPlan;
  readonly client: GitHubClient;
  readonly job: JobIdentity;
  readonly stop: Stop;
  readonly wait?: Wait | undefined;
}

/**
 * Says in this job's part of the comment that nothing was decided, where there is a comment: its report about an earlier
 * push would be taken for this one's. Starts none. What goes wrong with it is left: the job says the same.
 */
export async function publishStop({ env, inputs, plan, client, job, stop, wait }: StoppedRun): Promise<void> {
  const { change } = plan;
  if (change?.kind !== 'pull-request' || inputs.comment === 'never') return;
  const { number, head } = change;
  const { owner, name } = env.repository;
  const isCurrent = async (): Promise<boolean> => {
    const pull = await attempt({ doing: 'read the pull request', permission: 'pull-requests: write' }, () =>
      client.rest.pulls.get({ owner, repo: name, pull_number: number }),
    );
    return pull.ok && pull.value.data.head.sha === head && pull.value.data.state === 'open';
  };
  try {
    if (!(await isCurrent())) return;
    await publishComment({
      client,
      repository: env.repository,
      wait,
      number,
      key: inputs.commentKey,
      start: false,
      footer: `[Summary of the run](${runUrl(env)})`,
      isCurrent,
      own: {
        id: job.id,
        ...optionalField('formerly', job.formerly),
        commit: head,
        fingerprints: null,
        render: (_room, { alone }) =>
          stopMarkdown(stop, alone && inputs.paths.length === 0 ? {} : { title: job.title }),
      },
    });
  } catch {
    // The job's log and summary say it.
  }
}
