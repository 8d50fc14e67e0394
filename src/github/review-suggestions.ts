import { createHash } from 'node:crypto';
import type { ImageUse } from '../build-files/image-use.js';
import { pinInsertion } from '../fix/pin-place.js';
import { formatReference } from '../images/reference.js';
import type { Report } from '../reports/report.js';
import { ok, type Result } from '../result.js';
import type { GitHubClient } from './client.js';
import type { CommitTree } from './commit-tree.js';
import { addedLines } from './diff-lines.js';
import type { RepositoryName } from './environment.js';
import { attempt, type GitHubError, type Purpose } from './github-error.js';
import { viewerLogin } from './viewer.js';

/** A pin that a developer can commit with one click. */
export interface Suggestion {
  readonly path: string;
  readonly line: number;
  /** The whole line, as it should be. */
  readonly text: string;
  readonly digest: string;
}

/** More would bury a review; the others are in the summary. */
const MAX_SUGGESTIONS = 20;
const MAX_FILE_BYTES = 4 * 1024 * 1024;
const IDENTITY_RULES = new Set(['denied-base', 'allowed-base', 'signature-verified']);

/**
 * Pins for uses that name a tag only, to the digest that was judged. Only what is written out in full on one line is
 * proposed, and only where nothing spoke against who the image is.
 */
export async function suggestionsFor(report: Report, tree: CommitTree): Promise<readonly Suggestion[]> {
  const suggestions: Suggestion[] = [];
  const readable = new Set(report.files.filter(({ status }) => status === 'read').map(({ path }) => path));
  for (const use of report.uses.filter(({ file }) => readable.has(file))) {
    const digest = judgedDigest(report, use);
    if (digest === null) continue;
    const content = await tree.read(use.file, MAX_FILE_BYTES);
    if (!content.ok) continue;
    const line = new TextDecoder().decode(content.value).split('\n')[use.line - 1]?.replace(/\r$/, '');
    if (line?.slice(use.column - 1, use.endColumn - 1) !== use.written) continue;
    const pin = pinInsertion(use, digest, report.stages);
    if (!pin.ok || pin.value.line !== use.line) continue;
    const text = `${line.slice(0, pin.value.column - 1)}${pin.value.text}${line.slice(pin.value.column - 1)}`;
    suggestions.push({ path: use.file, line: use.line, text, digest });
  }
  const lines = new Set<string>();
  return suggestions.filter(({ path, line }) => {
    const key = `${path}:${line}`;
    // Two uses on one line (ONBUILD, or one written text with two expansions) have no one right line.
    const first = !lines.has(key);
    lines.add(key);
    return first && suggestions.filter((other) => other.path === path && other.line === line).length === 1;
  });
}

function judgedDigest(report: Report, use: ImageUse): string | null {
  const { reference } = use;
  if (reference === null || reference.digest !== undefined) return null;
  if (use.written !== use.expanded || use.line !== use.endLine || use.instruction === 'ONBUILD') return null;
  const answers = report.answers.filter((answer) => answer.use === use.id);
  const doubted = answers.some(
    ({ rule, outcome, level }) =>
      IDENTITY_RULES.has(rule) && level !== 'note' && outcome !== 'pass' && outcome !== 'not-applicable',
  );
  if (doubted) return null;
  return report.images.find((image) => image.reference === formatReference(reference))?.digest ?? null;
}

const READING: Purpose = { doing: 'read the changed lines', permission: 'pull-requests: write' };
export const POSTING: Purpose = { doing: 'post suggestions', permission: 'pull-requests: write' };

export interface SuggestionRequest {
  readonly client: GitHubClient;
  readonly repository: RepositoryName;
  readonly number: number;
  readonly head: string;
  readonly suggestions: readonly Suggestion[];
}

/** Posts suggestions on lines that the pull request adds, each once in the pull request's life. Returns how many. */
export async function postSuggestions(request: SuggestionRequest): Promise<Result<number, GitHubError>> {
  const { client, repository, number, head } = request;
  if (request.suggestions.length === 0) return ok(0);
  const place = { owner: repository.owner, repo: repository.name, pull_number: number };
  const author = await viewerLogin(client);
  if (!author.ok) return author;
  const files = await attempt(READING, () => client.paginate(client.rest.pulls.listFiles, { ...place, per_page: 100 }));
  if (!files.ok) return files;
  const made = await attempt(READING, () =>
    client.paginate(client.rest.pulls.listReviewComments, { ...place, per_page: 100 }),
  );
  if (!made.ok) return made;
  const lines = new Map(files.value.map(({ filename, patch }) => [filename, addedLines(patch ?? '')]));
  const before = made.value.filter(({ user }) => user.login === author.value).map(({ body }) => body);
  const wanted = request.suggestions
    .filter(({ path, line }) => lines.get(path)?.has(line) === true)
    .filter((suggestion) => !before.some((body) => body.startsWith(marker(suggestion))))
    .slice(0, MAX_SUGGESTIONS);
  if (wanted.length === 0) return ok(0);
  const comments = wanted.map((suggestion) => ({
    path: suggestion.path,
    line: suggestion.line,
    side: 'RIGHT',
    body: bodyOf(suggestion),
  }));
  const posted = await attempt(POSTING, () =>
    client.rest.pulls.createReview({ ...place, commit_id: head, event: 'COMMENT', comments }),
  );
  return posted.ok ? ok(wanted.length) : posted;
}

/** One suggestion is one text in one file: where its line moves, it is still the same. */
function marker({ path, text }: Suggestion): string {
  const id = createHash('sha256')
    .update(JSON.stringify([path, text]))
    .digest('hex')
    .slice(0, 16);
  return `<!-- base-image-gate suggestion=${id} -->`;
}

/** @see https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/incorporating-feedback-in-your-pull-request */
function bodyOf(suggestion: Suggestion): string {
  const longest = Math.max(2, ...[...suggestion.text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return [
    marker(suggestion),
    'Pin to the digest that was judged, so that it is what will be pulled:',
    '',
    `${fence}suggestion`,
    suggestion.text,
    fence,
  ].join('\n');
}
