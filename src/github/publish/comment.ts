import { err, ok, type Result } from '../../lib/result.js';
import { wait as byTheClock, type Wait } from '../../lib/wait.js';
import type { RepositoryName } from '../event/environment.js';
import type { GitHubClient } from '../repository/client.js';
import { beyondPages, firstPages, PAGE_SIZE } from '../repository/first-pages.js';
import { attempt, type GitHubError, type Purpose } from '../repository/github-error.js';
import { viewerLogin } from '../repository/viewer.js';
import {
  asKept,
  type CommentPart,
  commentMarker,
  formatComment,
  inOrder,
  MAX_FINGERPRINTS,
  otherParts,
  readParts,
  roomForPart,
} from './comment-parts.js';

/** What a job says in the comment: made once the available space and its earlier text are known. */
export interface OwnPart {
  readonly id: string;
  /** The id that it had before; the part under that is replaced. */
  readonly formerly?: string;
  readonly commit: string;
  /** Null keeps those of the run before. */
  readonly fingerprints: readonly string[] | null;
  readonly render: (space: number, beside: Surroundings) => string;
}

/** What a part is written next to. */
export interface Surroundings {
  /** The fingerprints of this job's run before; null where there was none, or more than a part remembers. */
  readonly previous: ReadonlySet<string> | null;
  /** Whether no other job has a part in the comment. */
  readonly alone: boolean;
}

export interface CommentRequest {
  readonly client: GitHubClient;
  readonly repository: RepositoryName;
  readonly number: number;
  readonly key: string;
  /** Whether a comment is started where there is none; one that exists is always brought up to date. */
  readonly start: boolean;
  readonly footer: string;
  /** Whether the reported commit still is the head. Called before a part is written again. */
  readonly isCurrent: () => Promise<boolean>;
  readonly own: OwnPart;
  readonly wait?: Wait | undefined;
}

export interface PublishedComment {
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'not-wanted';
  /** Its page; null where there is no comment. */
  readonly url: string | null;
}

interface FoundComment {
  readonly id: number;
  readonly url: string;
  readonly body: string;
}

const MAX_FIXES = 3;
/**
 * Another job may have read the comment before we wrote, and write after us: looking again at once finds all in order.
 * Longer than the time between a job's reading and writing; not the same for all, so that jobs which end together
 * don't go on in step.
 */
const SETTLING_MILLISECONDS = { least: 2_000, more: 2_000 } as const;
const MAX_COMMENT_PAGES = 30;
export const WRITING: Purpose = { doing: 'post the comment', permission: 'pull-requests: write' };
const READING: Purpose = { doing: 'find the comment', permission: 'pull-requests: write' };

/**
 * Keeps the one comment of a key up to date, with one part for each job that uses the key. GitHub has no conditional
 * writes, so what was written is read again, a little later where other jobs write too: a part that another job
 * overwrote meanwhile, a second comment that two first runs made, and a write that GitHub's gateway failed are fixed
 * up to three times.
 */
export async function publishComment(request: CommentRequest): Promise<Result<PublishedComment, GitHubError>> {
  const author = await viewerLogin(request.client);
  if (!author.ok) return author;
  const wait = request.wait ?? byTheClock;
  let outcome: PublishedComment['outcome'] = 'unchanged';
  let url: string | null = null;
  let previous: ReadonlySet<string> | null = null;
  for (let fixing = 0; fixing <= MAX_FIXES; fixing++) {
    const found = await findComments(request, author.value);
    if (!found.ok) return found;
    const [first, ...duplicates] = found.value;
    if (first === undefined && !request.start) return ok({ outcome: 'not-wanted', url });
    url = first?.url ?? url;
    // What was just created and is not listed yet is no reason to create another.
    if (first === undefined && outcome === 'created') {
      if (fixing < MAX_FIXES) await wait(settling());
      continue;
    }
    if (fixing === 0) previous = previousFingerprints(found.value, request.own);
    const body = bodyFor(request, found.value, previous);
    if (first !== undefined && asKept(first.body) === asKept(body) && duplicates.length === 0)
      return ok({ outcome, url });
    // Who wrote in between may have been the run for a newer commit.
    if (fixing > 0 && !(await request.isCurrent())) return ok({ outcome, url });
    const written = await write(request, first, body, duplicates);
    const isLast = fixing === MAX_FIXES;
    // A gateway that fails may have passed the write on: what there is now shows whether to write again.
    if (!written.ok && (isLast || !MAY_HAVE_WRITTEN.has(written.error.code))) return written;
    if (written.ok) url = written.value ?? url;
    if (written.ok && outcome === 'unchanged') outcome = first === undefined ? 'created' : 'updated';
    const isShared = otherParts(partsOf(found.value), request.own).length > 0;
    // Another first run may have looked before we wrote, and create a second one now.
    if (!isLast && (isShared || !written.ok || first === undefined)) await wait(settling());
  }
  return ok({ outcome, url });
}

const MAY_HAVE_WRITTEN: ReadonlySet<GitHubError['code']> = new Set(['server-error', 'network', 'timeout']);

function settling(): number {
  return SETTLING_MILLISECONDS.least + Math.random() * SETTLING_MILLISECONDS.more;
}

/** Comments of ours, oldest first: by this author, and starting with this key's marker. */
async function findComments(
  { client, repository, number, key }: CommentRequest,
  author: string,
): Promise<Result<readonly FoundComment[], GitHubError>> {
  const marker = commentMarker(key);
  const place = { owner: repository.owner, repo: repository.name, issue_number: number, per_page: PAGE_SIZE };
  const read = await attempt(READING, () =>
    firstPages(client.paginate.iterator(client.rest.issues.listComments, place), MAX_COMMENT_PAGES),
  );
  if (!read.ok) return read;
  const found = read.value.items.flatMap(({ id, html_url: url, user, body }) =>
    user?.login === author && body?.startsWith(marker) === true ? [{ id, url, body }] : [],
  );
  if (found.length === 0 && read.value.more) return err(beyondPages(READING.doing, 'comments', MAX_COMMENT_PAGES));
  return ok(found.sort((a, b) => a.id - b.id));
}

function previousFingerprints(
  comments: readonly FoundComment[],
  { id, formerly }: OwnPart,
): ReadonlySet<string> | null {
  const parts = partsOf(comments);
  const part = parts.find((known) => known.id === id) ?? parts.find((known) => known.id === formerly);
  return part === undefined ? null : new Set(part.fingerprints);
}

/** The parts of all comments of ours; where two have the same part, the older comment's. */
function partsOf(comments: readonly FoundComment[]): readonly CommentPart[] {
  const parts = new Map<string, CommentPart>();
  for (const { body } of comments.toReversed()) for (const part of readParts(body)) parts.set(part.id, part);
  return [...parts.values()];
}

function bodyFor(
  { key, own, footer }: CommentRequest,
  comments: readonly FoundComment[],
  previous: ReadonlySet<string> | null,
): string {
  const others = otherParts(partsOf(comments), own);
  const { id, commit } = own;
  const fingerprints = own.fingerprints ?? [...(previous ?? [])];
  const known = previous !== null && previous.size < MAX_FINGERPRINTS ? previous : null;
  const markdown = own.render(roomForPart(others), { previous: known, alone: others.length === 0 });
  return formatComment(key, inOrder([...others, { id, commit, fingerprints, markdown }]), footer);
}

async function write(
  { client, repository, number }: CommentRequest,
  first: FoundComment | undefined,
  body: string,
  duplicates: readonly FoundComment[],
): Promise<Result<string | null, GitHubError>> {
  const place = { owner: repository.owner, repo: repository.name };
  const written = await attempt(WRITING, async () => {
    const { data } =
      first === undefined
        ? await client.rest.issues.createComment({ ...place, issue_number: number, body })
        : await client.rest.issues.updateComment({ ...place, comment_id: first.id, body });
    return data.html_url;
  });
  // It may have been deleted between reading and writing; the next round starts anew.
  if (!written.ok && !(first !== undefined && written.error.code === 'not-found')) return err(written.error);
  for (const { id } of duplicates) {
    const deleted = await attempt(WRITING, () => client.rest.issues.deleteComment({ ...place, comment_id: id }));
    if (!deleted.ok && deleted.error.code !== 'not-found') return err(deleted.error);
  }
  return ok(written.ok ? written.value : null);
}
