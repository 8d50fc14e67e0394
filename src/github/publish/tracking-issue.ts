import { err, ok, type Result } from '../../lib/result.js';
import type { RepositoryName } from '../event/environment.js';
import type { GitHubClient } from '../repository/client.js';
import { beyondPages, firstPages, PAGE_SIZE } from '../repository/first-pages.js';
import { attempt, type GitHubError, type Purpose } from '../repository/github-error.js';
import { viewerLogin } from '../repository/viewer.js';
import { asKept } from './comment-parts.js';

const KEEPING: Purpose = { doing: 'keep the tracking issue', permission: 'issues: write' };
/** Ten pages of a hundred, newest first, of what one author has opened: ours is touched by every run that changes it. */
const MAX_PAGES = 10;
/** Two runs that open one at the same time see each other's after their own; a third reading settles it. */
const MAX_FIXES = 3;

export interface TrackingIssue {
  readonly client: GitHubClient;
  readonly repository: RepositoryName;
  /** Whose issue it is: the job's id. */
  readonly job: string;
  /** The id that the job had before, whose issue is taken over. */
  readonly formerly?: string;
  /** What an issue is opened with; people may change both. */
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly title: string;
  readonly markdown: string;
  /** Nothing is left to do: an open issue is closed, and none is opened. */
  readonly done: boolean;
}

export type IssueOutcome = 'opened' | 'updated' | 'closed' | 'unchanged';

interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
}

/**
 * Keeps one issue of this job: opened when there is something to do, brought up to date, closed when there is not, and
 * opened again instead of a second one. What was opened is looked for again: of several that runs opened at the same
 * time, the oldest stays, and the others are closed with a word about it.
 */
export async function keepTrackingIssue(request: TrackingIssue): Promise<Result<IssueOutcome, GitHubError>> {
  const author = await viewerLogin(request.client);
  if (!author.ok) return author;
  let outcome: IssueOutcome = 'unchanged';
  for (let fixing = 0; fixing < MAX_FIXES; fixing++) {
    const found = await findIssues(request, author.value);
    if (!found.ok) return found;
    const [first, ...others] = found.value;
    // What was just opened and is not listed yet is no reason to open another.
    if (first === undefined && outcome !== 'unchanged') return ok(outcome);
    const duplicates = others.filter(({ state }) => state === 'open');
    const kept = first === undefined ? await open(request) : await update(request, first);
    if (!kept.ok) return kept;
    for (const duplicate of duplicates) {
      const closed = await closeDuplicate(request, duplicate.number, first?.number ?? 0);
      if (!closed.ok) return closed;
    }
    if (outcome === 'unchanged') outcome = kept.value;
    if (first !== undefined && duplicates.length === 0) return ok(outcome);
    if (first === undefined && kept.value === 'unchanged') return ok(outcome);
  }
  return ok(outcome);
}

function marker(job: string): string {
  return `<!-- base-image-gate issue=${job} -->`;
}

/** Issues of this job, by this author: open ones first, the oldest of them first, then the newest closed one. */
async function findIssues(request: TrackingIssue, author: string): Promise<Result<readonly Issue[], GitHubError>> {
  const opened = await listIssues(request, author, 'open');
  if (!opened.ok) return opened;
  if (opened.value.issues.length === 0 && opened.value.more) {
    return err(beyondPages(KEEPING.doing, `open issues by ${author}`, MAX_PAGES));
  }
  if (opened.value.issues.length > 0) return ok(opened.value.issues.toSorted((a, b) => a.number - b.number));
  // Among closed ones that are no longer found a new one does no harm.
  const closed = await listIssues(request, author, 'closed');
  return closed.ok ? ok(closed.value.issues.toSorted((a, b) => b.number - a.number).slice(0, 1)) : closed;
}

async function listIssues(
  { client, repository, job, formerly }: TrackingIssue,
  author: string,
  state: 'open' | 'closed',
): Promise<Result<{ readonly issues: readonly Issue[]; readonly more: boolean }, GitHubError>> {
  const listing = { owner: repository.owner, repo: repository.name, creator: author, state } as const;
  const sorted = { ...listing, sort: 'updated', direction: 'desc', per_page: PAGE_SIZE } as const;
  return attempt(KEEPING, async () => {
    const pages = client.paginate.iterator(client.rest.issues.listForRepo, sorted);
    const { items, more } = await firstPages(pages, MAX_PAGES);
    const markers = [job, ...(formerly === undefined ? [] : [formerly])].map(marker);
    const issues = items.flatMap(({ number, title, body, user, pull_request: pull }) => {
      const isMarked = markers.some((line) => body?.startsWith(line) === true);
      const ours = pull === undefined && user?.login === author && isMarked && typeof body === 'string';
      return ours ? [{ number, title, body, state }] : [];
    });
    return { issues, more };
  });
}

async function open({ client, repository, ...issue }: TrackingIssue): Promise<Result<IssueOutcome, GitHubError>> {
  if (issue.done) return ok('unchanged');
  const { title, labels, assignees } = issue;
  const fields = { owner: repository.owner, repo: repository.name, title, body: bodyOf(issue) };
  const extras = {
    ...(labels.length === 0 ? {} : { labels: [...labels] }),
    ...(assignees.length === 0 ? {} : { assignees: [...assignees] }),
  };
  const created = await attempt(KEEPING, () => client.rest.issues.create({ ...fields, ...extras }));
  if (created.ok) return ok('opened');
  // Whom GitHub can't assign an issue to must not keep it from being opened.
  if (created.error.code !== 'rejected' || Object.keys(extras).length === 0) return created;
  const plain = await attempt(KEEPING, () => client.rest.issues.create(fields));
  if (!plain.ok) return plain;
  return err({
    ...created.error,
    message: `The tracking issue was opened without labels and assignees. ${created.error.message}`,
    fix: 'Correct the inputs `issue-labels` and `issue-assignees`; assignees must have access to the repository.',
  });
}

async function update(
  { client, repository, ...issue }: TrackingIssue,
  known: Issue,
): Promise<Result<IssueOutcome, GitHubError>> {
  const { title, done } = issue;
  const state = done ? 'closed' : 'open';
  const body = bodyOf(issue);
  // A closed issue with nothing to report is left as it is, no matter who closed it.
  if (done && known.state === 'closed') return ok('unchanged');
  if (known.state === state && known.title === title && asKept(known.body) === asKept(body)) return ok('unchanged');
  const place = { owner: repository.owner, repo: repository.name, issue_number: known.number };
  const updated = await attempt(KEEPING, () => client.rest.issues.update({ ...place, title, body, state }));
  if (!updated.ok) return updated;
  if (known.state === state) return ok('updated');
  return ok(done ? 'closed' : 'opened');
}

/** Its marker goes, so that it is not taken for the job's issue again. */
async function closeDuplicate(
  { client, repository }: TrackingIssue,
  number: number,
  kept: number,
): Promise<Result<unknown, GitHubError>> {
  const place = { owner: repository.owner, repo: repository.name, issue_number: number };
  const body = `Two runs opened this issue at the same time; #${kept} is kept up to date.`;
  return attempt(KEEPING, () =>
    client.rest.issues.update({ ...place, body, state: 'closed', state_reason: 'not_planned' }),
  );
}

function bodyOf({ job, markdown }: Pick<TrackingIssue, 'job' | 'markdown'>): string {
  return `${marker(job)}\n\n${markdown}`;
}
