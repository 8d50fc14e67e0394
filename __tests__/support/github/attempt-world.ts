import { type RunOptions, type RunResult, runInProcess } from './action-run.js';
import { payloadOf, pullRequestPayload } from './action-step.js';
import type { FakeGitHub } from './fake-github.js';
import type { GitContent } from './git-repository.js';
import { DENYING_POLICY, POLICY_PATH } from './pull-request-step.js';

export type Files = Readonly<Record<string, GitContent>>;
/** The contexts of a change: what is merged by a queue, what is read with secrets at hand, and what is run again. */
export const CHANGE_CONTEXTS = ['merge_group', 'pull_request_target', 're-run'] as const;
export type ChangeContext = (typeof CHANGE_CONTEXTS)[number];

export const BAD = 'FROM images.example/legacy/base:1\n';
export const GOOD = 'FROM images.example/fine/base:1\n';
/** What anybody would wish for: everything passes. */
export const SOFT_POLICY = 'version: 1\nprofile: observe\n';

/** A pull request: its head, the merge of it into main, and the merge group with it. */
export interface MadeChange {
  readonly head: string;
  readonly merge: string;
  readonly group: string;
}

/**
 * `acme/shop` with `main`, whose policy denies `images.example/legacy/**`, and pull request 7. Commits are made once for
 * all attempts of a file; refs, rules and the pull request are put back before each run.
 */
export class AttemptWorld {
  readonly #github: FakeGitHub;
  readonly #refs: Record<string, string> = {};
  readonly #changes = new Map<string, MadeChange>();
  readonly baseFiles: Files = {
    [POLICY_PATH]: `${DENYING_POLICY}only-new: true\n`,
    Dockerfile: GOOD,
    'README.md': 'a shop',
    'parts/legacy.txt': BAD,
    'parts/fine.txt': GOOD,
  };
  /** main as it was when runs were started first, and as it is. */
  readonly before: string;
  readonly main: string;

  constructor(github: FakeGitHub) {
    this.#github = github;
    this.before = this.commit(this.baseFiles, []);
    this.main = this.commit({ ...this.baseFiles, 'later.txt': 'x' }, [this.before]);
  }

  /** A commit that no branch has. */
  commit(files: Files, parents: readonly string[]): string {
    return this.#github.state.git.commit('scratch', files, { parents });
  }

  /** The base's files with these in their place; null takes one away. */
  files(changes: Readonly<Record<string, GitContent | null>>): Files {
    const all = Object.entries({ ...this.baseFiles, ...changes });
    return Object.fromEntries(all.flatMap(([path, content]) => (content === null ? [] : [[path, content]])));
  }

  change(changes: Readonly<Record<string, GitContent | null>>): MadeChange {
    const key = JSON.stringify(changes);
    const known = this.#changes.get(key);
    if (known !== undefined) return known;
    const files = this.files(changes);
    const head = this.commit(files, [this.before]);
    const merge = this.commit(files, [this.before, head]);
    const group = this.commit({ ...files, 'later.txt': 'x' }, [this.main, head]);
    const made = { head, merge, group };
    this.#changes.set(key, made);
    return made;
  }

  /** Everything as it is before an attempt. */
  reset(): void {
    const { state } = this.#github;
    state.git.removeRefs(Object.keys(this.#refs));
    for (const name of Object.keys(this.#refs)) delete this.#refs[name];
    state.protection.clear();
    state.approvals.clear();
    state.pullRequests.clear();
    state.defaultBranch = 'main';
    this.setRefs({ 'refs/heads/main': this.main });
  }

  setRefs(refs: Readonly<Record<string, string>>): void {
    Object.assign(this.#refs, refs);
    this.#github.state.git.setRefs(refs);
  }

  /** Pull request 7, as GitHub knows it now. */
  pullRequest(
    head: string,
    more: { readonly base?: string; readonly closed?: boolean; readonly conflict?: boolean } = {},
  ): void {
    this.#github.state.pullRequests.set(7, {
      number: 7,
      head: { sha: head, ref: 'feature', repository: 'acme/shop' },
      base: { ref: more.base ?? 'main' },
      state: more.closed === true ? 'closed' : 'open',
      ...(more.conflict === true ? { conflict: true } : {}),
    });
  }

  /** A change as GitHub starts a run for it in a context, with its refs set. */
  started(context: ChangeContext, made: MadeChange, base = 'main'): Omit<RunOptions, 'apiUrl'> {
    const { head, merge, group } = made;
    if (context === 'merge_group') {
      const ref = 'refs/heads/gh-readonly-queue/base/pr-7';
      this.setRefs({ [ref]: group });
      const payload = payloadOf('merge_group', { merge_group: { head_sha: group, base_ref: `refs/heads/${base}` } });
      return { event: 'merge_group', payload, sha: group, ref };
    }
    this.pullRequest(head, { base });
    this.setRefs({ 'refs/pull/7/merge': merge, 'refs/pull/7/head': head });
    const payload = pullRequestPayload({ number: 7, head, headRepository: 'acme/shop', base });
    return context === 'pull_request_target'
      ? { event: context, payload, sha: this.main, ref: 'refs/heads/main' }
      : {
          event: 'pull_request',
          payload,
          sha: merge,
          ref: 'refs/pull/7/merge',
          environment: { GITHUB_RUN_ATTEMPT: '2' },
        };
  }

  run(options: Omit<RunOptions, 'apiUrl'>): Promise<RunResult> {
    const { inputs, ...rest } = options;
    const apiUrl = this.#github.server.apiUrl;
    return runInProcess({ apiUrl, token: 'read', ...rest, inputs: { comment: 'never', ...inputs } });
  }
}
