import { gunzipSync } from 'node:zlib';
import type { CheckedRequest } from './github-contract.js';
import type { Comment, GitHubState, Issue, PullRequest, ReviewComment, Scope, TokenKind } from './github-state.js';

/** A status and a JSON body; lists are cut into pages by the server. */
export interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where the loopback GitHub hands out what it keeps in a store of another origin. */
export const STORE = '/_store/';

const NOT_FOUND: Answer = { status: 404, data: { message: 'Not Found', status: '404' } };
const json = (data: unknown, status = 200): Answer => ({ status, data });

/** What each operation needs, after GitHub's "Permissions required for GitHub Apps". */
export const PERMISSIONS: Readonly<Record<string, readonly [readonly Scope[], 'read' | 'write']>> = {
  'repos/get': [['contents'], 'read'],
  'repos/list-commits': [['contents'], 'read'],
  'repos/get-branch': [['contents'], 'read'],
  // "Metadata", which every token may read: none of ours lacks `contents` as well.
  'repos/get-branch-rules': [['contents'], 'read'],
  'repos/get-commit': [['contents'], 'read'],
  'repos/get-content': [['contents'], 'read'],
  'repos/compare-commits': [['contents'], 'read'],
  'repos/list-pull-requests-associated-with-commit': [['pull-requests'], 'read'],
  'git/get-ref': [['contents'], 'read'],
  'git/get-commit': [['contents'], 'read'],
  'git/get-tree': [['contents'], 'read'],
  'git/get-blob': [['contents'], 'read'],
  'pulls/list': [['pull-requests'], 'read'],
  'pulls/get': [['pull-requests'], 'read'],
  'pulls/list-files': [['pull-requests'], 'read'],
  'pulls/list-review-comments': [['pull-requests'], 'read'],
  'pulls/create-review': [['pull-requests'], 'write'],
  'pulls/update-review-comment': [['pull-requests'], 'write'],
  'pulls/delete-review-comment': [['pull-requests'], 'write'],
  'issues/list-comments': [['issues', 'pull-requests'], 'read'],
  'issues/create-comment': [['issues', 'pull-requests'], 'write'],
  'issues/update-comment': [['issues', 'pull-requests'], 'write'],
  'issues/delete-comment': [['issues', 'pull-requests'], 'write'],
  'issues/list-for-repo': [['issues'], 'read'],
  'issues/create': [['issues'], 'write'],
  'issues/update': [['issues'], 'write'],
  'actions/list-workflow-run-artifacts': [['actions'], 'read'],
  'actions/download-artifact': [['actions'], 'read'],
  'code-scanning/upload-sarif': [['security-events'], 'write'],
  'code-scanning/get-sarif': [['security-events'], 'read'],
  'code-scanning/list-recent-analyses': [['security-events'], 'read'],
};

/** Does what an operation does, to the state, in the name of a token that was found to be allowed to. */
export function answer(request: CheckedRequest, state: GitHubState, token: TokenKind): Answer {
  const { owner = '', repo = '' } = request.path;
  const repository = state.find(owner, repo);
  if (repository === null) return NOT_FOUND;
  return ANSWERS[request.operation]?.(repository, request, token) ?? NOT_FOUND;
}

type Handler = (state: GitHubState, request: CheckedRequest, token: TokenKind) => Answer;

const ANSWERS: Readonly<Record<string, Handler>> = {
  'repos/get': (state) =>
    json({
      full_name: state.name,
      default_branch: state.defaultBranch,
      private: state.visibility !== 'public',
      visibility: state.visibility,
    }),
  'repos/list-commits': (state, { query }) => {
    const from = state.git.resolve(`${query.get('sha') ?? state.defaultBranch}^{commit}`);
    if (from === null) return NOT_FOUND;
    const path = query.get('path');
    const log = state.git.git('log', '--format=%H %P', from, ...(path === null ? [] : ['--', path]));
    const commits = log.split('\n').filter(Boolean);
    return json(
      commits.map((line) => {
        const [sha, ...parents] = line.split(' ');
        return { sha, parents: parents.filter(Boolean).map((parent) => ({ sha: parent })) };
      }),
    );
  },
  'repos/get-branch': (state, { path }) => {
    const name = path['branch'] ?? '';
    const sha = state.git.resolve(`refs/heads/${name}`);
    if (sha === null) return NOT_FOUND;
    return json({ name, commit: { sha }, protected: state.protection.has(name), protection: {} });
  },
  'repos/get-branch-rules': (state, { path }) => json(state.protection.get(path['branch'] ?? '') ?? []),
  'repos/get-commit': (state, { path }) => {
    const sha = state.git.resolve(`${path['ref'] ?? ''}^{commit}`);
    return sha === null ? { status: 422, data: { message: 'No commit found for SHA' } } : json({ sha });
  },
  'repos/get-content': (state, { path, query }) => {
    const commit = state.git.resolve(`${query.get('ref') ?? state.defaultBranch}^{commit}`);
    const blob = commit === null ? null : state.git.resolve(`${commit}:${path['path'] ?? ''}`);
    if (blob === null) return NOT_FOUND;
    const content = state.git.read(blob);
    return json({
      type: 'file',
      encoding: 'base64',
      size: content.length,
      content: content.toString('base64'),
      sha: blob,
    });
  },
  'repos/compare-commits': (state, { path }) => {
    const base = state.git.resolve(`${path['base'] ?? ''}^{commit}`);
    const head = state.git.resolve(`${path['head'] ?? ''}^{commit}`);
    if (base === null || head === null) return NOT_FOUND;
    const common = state.git.mergeBase(base, head);
    return common === null ? NOT_FOUND : json({ merge_base_commit: { sha: common }, files: [], commits: [] });
  },
  'repos/list-pull-requests-associated-with-commit': (state, { path }) =>
    json([...state.pullRequests.values()].filter((pull) => pull.head.sha === path['commit_sha']).map(asPull(state))),
  'git/get-ref': (state, { path }) => {
    const ref = path['ref'] ?? '';
    const sha = state.git.resolve(`refs/${ref}`);
    if (sha === null) return NOT_FOUND;
    // Only a tag may be an object of its own.
    const type = ref.startsWith('tags/') ? state.git.fixed('cat-file', '-t', sha).toString('utf8').trim() : 'commit';
    return json({ ref: `refs/${ref}`, object: { type, sha } });
  },
  'git/get-commit': (state, { path }) => {
    const sha = state.git.resolve(`${path['commit_sha'] ?? ''}^{commit}`);
    if (sha === null) return NOT_FOUND;
    const parents = state.git.fixed('log', '-1', '--format=%P', sha).toString('utf8').trim().split(' ').filter(Boolean);
    return json({ sha, parents: parents.map((parent) => ({ sha: parent })) });
  },
  'git/get-tree': (state, { path, query }) => tree(state, path['tree_sha'] ?? '', query.has('recursive')),
  'git/get-blob': (state, { path }) => {
    const sha = state.git.resolve(`${path['file_sha'] ?? ''}^{blob}`);
    if (sha === null) return NOT_FOUND;
    const content = state.git.read(sha);
    // GitHub breaks base64 into lines.
    const text = content.toString('base64').replace(/.{60}/g, '$&\n');
    return json({ sha, size: content.length, encoding: 'base64', content: text });
  },
  'pulls/list': (state, { query }) => {
    const [owner, ref] = (query.get('head') ?? '').split(':');
    const found = [...state.pullRequests.values()].filter(
      ({ head, state: is = 'open' }) =>
        is === (query.get('state') ?? 'open') &&
        head.ref === ref &&
        (head.repository === null || head.repository.split('/')[0] === owner),
    );
    return json(found.map(asPull(state)));
  },
  'pulls/get': (state, { path }) => {
    const pull = state.pullRequests.get(Number(path['pull_number']));
    return pull === undefined ? NOT_FOUND : json({ ...asPull(state)(pull), mergeable: mergeable(state, pull) });
  },
  'pulls/list-files': (state, { path }) => {
    const pull = state.pullRequests.get(Number(path['pull_number']));
    return pull === undefined ? NOT_FOUND : json(changedFiles(state, pull));
  },
  'pulls/list-review-comments': (state) => json(state.reviewComments.map(asReviewComment)),
  'pulls/create-review': (state, { body }, token) => {
    for (const comment of listOf(body['comments'])) {
      state.reviewComments.push({
        id: state.nextId(),
        path: String(comment['path']),
        line: Number(comment['line']),
        ...(comment['start_line'] === undefined ? {} : { startLine: Number(comment['start_line']) }),
        body: String(comment['body']),
        login: token.login,
      });
    }
    return json({ id: state.nextId() });
  },
  'pulls/update-review-comment': (state, { path, body }) => {
    const comment = state.reviewComments.find(({ id }) => id === Number(path['comment_id']));
    if (comment === undefined) return NOT_FOUND;
    comment.body = String(body['body']);
    return json(asReviewComment(comment));
  },
  'pulls/delete-review-comment': (state, { path }) => {
    const index = state.reviewComments.findIndex(({ id }) => id === Number(path['comment_id']));
    if (index < 0) return NOT_FOUND;
    state.reviewComments.splice(index, 1);
    return { status: 204, data: null };
  },
  'issues/list-comments': (state, { path }) =>
    json(state.comments.filter((comment) => comment.issue === Number(path['issue_number'])).map(asComment)),
  'issues/create-comment': (state, { path, body }, token) => {
    const text = String(body['body']);
    if (text.length > 65_536) return tooLong();
    const comment: Comment = {
      id: state.nextId(),
      issue: Number(path['issue_number']),
      login: token.login,
      body: text,
    };
    state.comments.push(comment);
    return json(asComment(comment), 201);
  },
  'issues/update-comment': (state, { path, body }) => {
    const comment = state.comments.find(({ id }) => id === Number(path['comment_id']));
    if (comment === undefined) return NOT_FOUND;
    const text = String(body['body']);
    if (text.length > 65_536) return tooLong();
    comment.body = text;
    return json(asComment(comment));
  },
  'issues/delete-comment': (state, { path }) => {
    const index = state.comments.findIndex(({ id }) => id === Number(path['comment_id']));
    if (index < 0) return NOT_FOUND;
    state.comments.splice(index, 1);
    return { status: 204, data: null };
  },
  'issues/list-for-repo': (state, { query }) => {
    const wanted = query.get('state') ?? 'open';
    const creator = query.get('creator');
    const found = state.issues.filter(
      (issue) =>
        (wanted === 'all' || issue.state === wanted) &&
        (creator === null || !state.filtersCreators || issue.login === creator),
    );
    return json(found.map(asIssue));
  },
  'issues/create': (state, { body }, token) => {
    const names = (field: string): readonly string[] => [body[field] ?? []].flat().map(String);
    if (names('assignees').some((login) => !state.assignable.has(login)))
      return json({ message: 'Validation Failed', errors: [{ resource: 'Issue', field: 'assignees' }] }, 422);
    const issue: Issue = {
      number: 100 + state.nextId(),
      title: String(body['title']),
      body: String(body['body'] ?? ''),
      state: 'open',
      login: token.login,
      labels: names('labels'),
      assignees: names('assignees'),
    };
    state.issues.push(issue);
    return json(asIssue(issue), 201);
  },
  'issues/update': (state, { path, body }) => {
    const issue = state.issues.find(({ number }) => number === Number(path['issue_number']));
    if (issue === undefined) return NOT_FOUND;
    if (typeof body['title'] === 'string') issue.title = body['title'];
    if (typeof body['body'] === 'string') issue.body = body['body'];
    if (body['state'] === 'open' || body['state'] === 'closed') issue.state = body['state'];
    return json(asIssue(issue));
  },
  'actions/list-workflow-run-artifacts': (state, { path, query }) => {
    const name = query.get('name');
    const artifacts = state.artifacts
      .filter((artifact) => artifact.run === Number(path['run_id']) && (name === null || artifact.name === name))
      .map(({ id, name, archive, expired = false, size = archive.length }) => ({
        id,
        name,
        expired,
        size_in_bytes: size,
      }));
    return json({ total_count: artifacts.length, artifacts });
  },
  'actions/download-artifact': (state, { path }) => {
    const artifact = state.artifacts.find(({ id }) => id === Number(path['artifact_id']));
    if (artifact === undefined) return NOT_FOUND;
    if (artifact.expired === true) return json({ message: 'Artifact has expired' }, 410);
    return { status: 302, data: null, headers: { location: `${STORE}${artifact.id}` } };
  },
  'code-scanning/upload-sarif': (state, { body }) => {
    const sarif = gunzipSync(Buffer.from(String(body['sarif']), 'base64')).toString('utf8');
    const upload = {
      id: `upload-${state.nextId()}`,
      commit: String(body['commit_sha']),
      ref: String(body['ref']),
      sarif,
    };
    state.uploads.push(upload);
    return json({ id: upload.id }, 202);
  },
  'code-scanning/get-sarif': (state) =>
    json(
      state.sarifErrors === null
        ? { processing_status: 'complete' }
        : { processing_status: 'failed', errors: state.sarifErrors },
    ),
  'code-scanning/list-recent-analyses': (state, { query }) => {
    const uploads = state.uploads.filter(({ ref }) => ref === query.get('ref')).toReversed();
    if (uploads.length === 0) return json({ message: 'no analysis found' }, 404);
    return json(
      uploads.map(({ commit, ref, sarif }) => {
        const [run] = JSON.parse(sarif).runs;
        return { ref, commit_sha: commit, category: run.automationDetails.id, results_count: run.results.length };
      }),
    );
  },
};

function tooLong(): Answer {
  return {
    status: 422,
    data: {
      message: 'Validation Failed',
      errors: [{ code: 'custom', message: 'body is too long (maximum is 65536 characters)' }],
    },
  };
}

function tree(state: GitHubState, revision: string, recursive: boolean): Answer {
  const sha = state.git.resolve(`${revision}^{tree}`);
  if (sha === null) return NOT_FOUND;
  const listing = state.git.fixed('ls-tree', '-z', '-l', ...(recursive ? ['-r', '-t'] : []), '--full-tree', sha);
  const all = listing
    .toString('utf8')
    .split('\0')
    .filter(Boolean)
    .map((record) => {
      const [mode, type, id, size] = record.slice(0, record.indexOf('\t')).split(/ +/);
      const path = record.slice(record.indexOf('\t') + 1);
      return { path, mode, type, sha: id, ...(type === 'blob' ? { size: Number(size) } : {}) };
    });
  return json({ sha, tree: all.slice(0, state.treeLimit), truncated: all.length > state.treeLimit });
}

function changedFiles(state: GitHubState, pull: PullRequest): readonly unknown[] {
  const base = state.git.git('merge-base', pull.base.ref, pull.head.sha);
  const names = state.git.git('diff', '--name-only', '--no-renames', base, pull.head.sha).split('\n').filter(Boolean);
  return names.map((filename) => {
    const diff = state.git.git('diff', '--no-renames', base, pull.head.sha, '--', filename);
    const hunks = diff.indexOf('\n@@');
    return { filename, status: 'modified', ...(hunks < 0 ? {} : { patch: diff.slice(hunks + 1) }) };
  });
}

/** True where GitHub has made the merge, null where it has not tried. */
function mergeable(state: GitHubState, pull: PullRequest): boolean | null {
  if (pull.conflict === true) return false;
  const parents = state.git.resolve(`refs/pull/${pull.number}/merge^2`);
  return parents === pull.head.sha ? true : null;
}

function asPull(state: GitHubState): (pull: PullRequest) => object {
  return (pull) => ({
    number: pull.number,
    state: pull.state ?? 'open',
    head: {
      sha: pull.head.sha,
      ref: pull.head.ref,
      repo: pull.head.repository === null ? null : { full_name: pull.head.repository },
    },
    base: { ref: pull.base.ref, repo: { full_name: state.name } },
    merge_commit_sha: pull.mergeCommit ?? null,
  });
}

const asComment = ({ id, issue, body, login }: Comment): unknown => ({
  id,
  body,
  user: userOf(login),
  html_url: `https://github.example/acme/shop/pull/${issue}#issuecomment-${id}`,
});
const asReviewComment = ({ login, ...comment }: ReviewComment): unknown => ({ ...comment, user: userOf(login) });
const userOf = (login: string | null): unknown => (login === null ? null : { login, type: 'Bot' });
const asIssue = ({ login, labels: _labels, isPullRequest = false, ...issue }: Issue): unknown => ({
  ...issue,
  user: { login },
  ...(isPullRequest ? { pull_request: {} } : {}),
});

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value : [];
}
