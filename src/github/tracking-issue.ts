import { ok, type Result } from '../result.js';
import type { GitHubClient } from './client.js';
import { commentMarker } from './comment-parts.js';
import type { RepositoryName } from './environment.js';
import { attempt, type GitHubError, type Purpose } from './github-error.js';
import { viewerLogin } from './viewer.js';

const KEEPING: Purpose = { doing: 'keep the tracking issue', permission: 'issues: write' };

export interface TrackingIssue {
  readonly client: GitHubClient;
  readonly repository: RepositoryName;
  readonly key: string;
  readonly title: string;
  readonly markdown: string;
  /** Nothing is left to do: an open issue is closed, and none is opened. */
  readonly done: boolean;
}

export type IssueOutcome = 'opened' | 'updated' | 'closed' | 'unchanged';

/** Keeps one issue of this key: opened when there is something to do, brought up to date, closed when there is not. */
export async function keepTrackingIssue(request: TrackingIssue): Promise<Result<IssueOutcome, GitHubError>> {
  const { client, repository, title, done } = request;
  const place = { owner: repository.owner, repo: repository.name };
  const marker = commentMarker(request.key);
  const body = `${marker}\n\n${request.markdown}`;
  const author = await viewerLogin(client);
  if (!author.ok) return author;
  const issues = await attempt(KEEPING, () =>
    client.paginate(client.rest.issues.listForRepo, { ...place, creator: author.value, state: 'all', per_page: 100 }),
  );
  if (!issues.ok) return issues;
  const ours = issues.value
    .filter((issue) => issue.pull_request === undefined && issue.user?.login === author.value)
    .filter((issue) => issue.body?.startsWith(marker) === true)
    .sort((a, b) => a.number - b.number)[0];
  if (ours === undefined) {
    if (done) return ok('unchanged');
    const created = await attempt(KEEPING, () => client.rest.issues.create({ ...place, title, body }));
    return created.ok ? ok('opened') : created;
  }
  const state = done ? 'closed' : 'open';
  if (ours.state === state && ours.title === title && ours.body === body) return ok('unchanged');
  const updated = await attempt(KEEPING, () =>
    client.rest.issues.update({ ...place, issue_number: ours.number, title, body, state }),
  );
  if (!updated.ok) return updated;
  if (ours.state === state) return ok('updated');
  return ok(done ? 'closed' : 'opened');
}
