import { type BundledAction, pullRequestPayload, type StepOptions, type StepResult } from './bundled-action.js';
import type { GitHubRoom } from './fake-github.js';
import type { GitContent } from './git-repository.js';

export const POLICY_PATH = '.github/base-image-gate.yml';

/** A policy that denies `images.example/legacy/**`. */
export const DENYING_POLICY =
  'version: 1\ndeny:\n  - { image: "images.example/legacy/**", reason: no longer maintained }\n';

/** The commits of a pull request. */
export interface MadePullRequest {
  readonly head: string;
  /** What merging it would make. */
  readonly merge: string;
}

type Files = Readonly<Record<string, GitContent>>;

/** Pull request 7 of `acme/shop`: `changes` on top of `base`, without what it `removes`, and its merge. */
export function makePullRequest(
  { state }: GitHubRoom,
  changes: Files,
  base: Files = { [POLICY_PATH]: DENYING_POLICY, 'README.md': 'a shop' },
  removes: readonly string[] = [],
): MadePullRequest {
  const { git } = state;
  const start = git.commit('main', base);
  const files = Object.fromEntries(Object.entries({ ...base, ...changes }).filter(([path]) => !removes.includes(path)));
  const head = git.commit('feature', files, { parents: [start] });
  const merge = git.commit('merge', files, { parents: [start, head] });
  git.setRefs({ 'refs/pull/7/merge': merge, 'refs/pull/7/head': head });
  state.pullRequests.set(7, {
    number: 7,
    head: { sha: head, ref: 'feature', repository: 'acme/shop' },
    base: { ref: 'main' },
  });
  return { head, merge };
}

/** Runs the bundle on `pull_request`, as GitHub starts it for pull request 7. */
export function runOnPullRequest(
  action: BundledAction,
  { server }: GitHubRoom,
  { head, merge }: MadePullRequest,
  options: Partial<StepOptions> & { readonly headRepository?: string | null } = {},
): Promise<StepResult> {
  const { headRepository = 'acme/shop', ...step } = options;
  return action.run({
    apiUrl: server.apiUrl,
    event: 'pull_request',
    payload: pullRequestPayload({ number: 7, head, headRepository }),
    sha: merge,
    ref: 'refs/pull/7/merge',
    token: 'write',
    ...step,
  });
}
