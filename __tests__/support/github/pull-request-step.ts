import { type ActionStep, pullRequestPayload, type StepOptions, type StepResult, useAction } from './action-step.js';
import { type FakeGitHub, useGitHub } from './fake-github.js';
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
  { state }: FakeGitHub,
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

/** Runs the Action on `pull_request`, as GitHub starts it for pull request 7. */
export function runOnPullRequest(
  action: ActionStep,
  { server }: FakeGitHub,
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

/** The Action and a loopback GitHub for the tests of a file. */
export interface Gate {
  readonly action: ActionStep;
  readonly github: FakeGitHub;
  /** Pull request 7 with these changes, or with a Dockerfile that builds on an image the policy denies. */
  readonly denied: (changes?: Readonly<Record<string, string>>) => MadePullRequest;
  readonly onPullRequest: (
    pull: MadePullRequest,
    options?: Parameters<typeof runOnPullRequest>[3],
  ) => Promise<StepResult>;
}

/** The Action and a GitHub that is new in each test. `start` says how its steps run. */
export function useGate(start = useAction): Gate {
  const github = useGitHub();
  const action = start();
  return {
    action,
    github,
    denied: (changes = { Dockerfile: 'FROM images.example/legacy/base:1\n' }) => makePullRequest(github, changes),
    onPullRequest: (pull, options = {}) => runOnPullRequest(action, github, pull, options),
  };
}
