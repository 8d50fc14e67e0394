import { createHash } from 'node:crypto';
import { err, ok, type Result } from '../../lib/result.js';
import type { RepositoryName } from '../event/environment.js';
import type { GitHubClient } from '../repository/client.js';
import { beyondPages, firstPages, PAGE_SIZE } from '../repository/first-pages.js';
import { attempt, type GitHubError, type Purpose } from '../repository/github-error.js';
import { viewerLogin } from '../repository/viewer.js';
import { asKept } from './comment-parts.js';
import type { Suggestion } from './review-suggestions.js';

/**
 * The lines of a file's new side that a patch shows, which are the ones a review comment may stand on. `patch` is what
 * GitHub gives for one file: hunks without file headers.
 *
 * @see https://docs.github.com/en/rest/pulls/reviews#create-a-review-for-a-pull-request
 */
export function addedLines(patch: string): ReadonlySet<number> {
  const added = new Set<number>();
  let line = 0;
  for (const text of patch.split('\n')) {
    const hunk = /^@@ -\d{1,9}(?:,\d{1,9})? \+(\d{1,9})(?:,\d{1,9})? @@/.exec(text);
    if (hunk?.[1] !== undefined) {
      line = Number(hunk[1]);
    } else if (text.startsWith('+')) {
      added.add(line++);
    } else if (text.startsWith(' ')) {
      line++;
    }
  }
  return added;
}

/** More would bury a review; the others are in the summary. */
const MAX_SUGGESTIONS = 20;
/** GitHub lists at most 3,000 files; a pull request with more review comments gets no further ones. */
const MAX_PAGES = 30;
const READING: Purpose = { doing: 'read the changed lines', permission: 'pull-requests: write' };
export const POSTING: Purpose = { doing: 'post suggestions', permission: 'pull-requests: write' };

export interface SuggestionRequest {
  readonly client: GitHubClient;
  readonly repository: RepositoryName;
  readonly number: number;
  readonly head: string;
  readonly suggestions: readonly Suggestion[];
}

/** How many suggestions stand on the pull request's lines anew; or why none does. */
export type SuggestionOutcome = number | 'newer-head';

/**
 * Posts suggestions of which the pull request adds every line: one for a line and reference, for as long as the line is as it
 * was. Where the tag moved, that one is brought up to date; of several that runs posted at once the first stays.
 */
export async function postSuggestions(request: SuggestionRequest): Promise<Result<SuggestionOutcome, GitHubError>> {
  const { client, repository, number, head } = request;
  if (request.suggestions.length === 0) return ok(0);
  const place = { owner: repository.owner, repo: repository.name };
  const pull = { ...place, pull_number: number };
  const author = await viewerLogin(client);
  if (!author.ok) return author;
  const files = await attempt(READING, () =>
    firstPages(client.paginate.iterator(client.rest.pulls.listFiles, { ...pull, per_page: PAGE_SIZE }), MAX_PAGES),
  );
  if (!files.ok) return files;
  const lines = new Map(files.value.items.map(({ filename, patch }) => [filename, addedLines(patch ?? '')]));
  const onAdded = request.suggestions.filter(({ path, startLine = 0, line }) => {
    const added = lines.get(path);
    const range = Array.from({ length: startLine === 0 ? 1 : line - startLine + 1 }, (_, index) => line - index);
    return added !== undefined && range.every((one) => added.has(one));
  });
  const known = await standing(request, author.value);
  if (!known.ok) return known;
  // The head may have moved while all this was read, and a review of an older one is outdated when it appears.
  const now = await attempt(READING, () => client.rest.pulls.get(pull));
  if (!now.ok) return now;
  if (now.value.data.head.sha !== head) return ok('newer-head');

  for (const suggestion of onAdded) {
    const [old] = known.value.get(keyOf(suggestion)) ?? [];
    if (old === undefined || asKept(old.body) === asKept(bodyOf(suggestion))) continue;
    const updated = await attempt(POSTING, () =>
      client.rest.pulls.updateReviewComment({ ...place, comment_id: old.id, body: bodyOf(suggestion) }),
    );
    if (!updated.ok && updated.error.code !== 'not-found') return updated;
  }
  const wanted = onAdded.filter((suggestion) => !known.value.has(keyOf(suggestion))).slice(0, MAX_SUGGESTIONS);
  if (wanted.length === 0) return ok(0);
  const comments = wanted.map((suggestion) => ({
    path: suggestion.path,
    ...(suggestion.startLine === undefined || suggestion.startLine === suggestion.line
      ? {}
      : { start_line: suggestion.startLine, start_side: 'RIGHT' }),
    line: suggestion.line,
    side: 'RIGHT',
    body: bodyOf(suggestion),
  }));
  const posted = await attempt(POSTING, () =>
    client.rest.pulls.createReview({ ...pull, commit_id: head, event: 'COMMENT', comments }),
  );
  if (!posted.ok) return posted;
  const single = await withoutRepeats(request, author.value);
  return single.ok ? ok(wanted.length) : single;
}

interface Standing {
  readonly id: number;
  readonly body: string;
}

/** Suggestions of ours that still are about a line, by place and reference; the oldest first. */
async function standing(
  { client, repository, number }: SuggestionRequest,
  author: string,
): Promise<Result<ReadonlyMap<string, readonly Standing[]>, GitHubError>> {
  const pull = { owner: repository.owner, repo: repository.name, pull_number: number, per_page: PAGE_SIZE };
  const read = await attempt(READING, () =>
    firstPages(client.paginate.iterator(client.rest.pulls.listReviewComments, pull), MAX_PAGES),
  );
  if (!read.ok) return read;
  if (read.value.more) return err(beyondPages(POSTING.doing, 'review comments', MAX_PAGES));
  const found = new Map<string, Standing[]>();
  for (const comment of read.value.items.toSorted((a, b) => a.id - b.id)) {
    const { id, body, path, line } = comment;
    // The description promises a user, and a deleted account leaves null; an outdated comment has no line.
    const user: { readonly login: string } | null = comment.user;
    const ours = user?.login === author ? MARKER.exec(body)?.[1] : undefined;
    if (ours === undefined || line === undefined || line === null) continue;
    const key = JSON.stringify([path, line, ours]);
    found.set(key, [...(found.get(key) ?? []), { id, body }]);
  }
  return ok(found);
}

/** Another run may have posted the same between our reading and our writing: the first stays. */
async function withoutRepeats(request: SuggestionRequest, author: string): Promise<Result<null, GitHubError>> {
  const now = await standing(request, author);
  if (!now.ok) return now;
  const { client, repository } = request;
  for (const { id } of [...now.value.values()].flatMap((same) => same.slice(1))) {
    const place = { owner: repository.owner, repo: repository.name, comment_id: id };
    const deleted = await attempt(POSTING, () => client.rest.pulls.deleteReviewComment(place));
    if (!deleted.ok && deleted.error.code !== 'not-found') return deleted;
  }
  return ok(null);
}

const MARKER = /^<!-- base-image-gate suggestion=([0-9a-f]{16}) -->/;

/** One suggestion is one reference in one file. Without the digest: the same tag points elsewhere tomorrow. */
function referenceId({ path, written }: Suggestion): string {
  return createHash('sha256')
    .update(JSON.stringify([path, written]))
    .digest('hex')
    .slice(0, 16);
}

function keyOf(suggestion: Suggestion): string {
  return JSON.stringify([suggestion.path, suggestion.line, referenceId(suggestion)]);
}

/** @see https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/incorporating-feedback-in-your-pull-request */
function bodyOf(suggestion: Suggestion): string {
  const longest = Math.max(2, ...[...suggestion.text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return [
    `<!-- base-image-gate suggestion=${referenceId(suggestion)} -->`,
    suggestion.about,
    '',
    `${fence}suggestion`,
    suggestion.text,
    fence,
  ].join('\n');
}
