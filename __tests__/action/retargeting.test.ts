import { expect, test } from '@jest/globals';
import { RETARGETING } from '../support/attacks/retargeting.js';
import {
  payloadOf,
  pullRequestPayload,
  type StepOptions,
  type StepResult,
  useAction,
} from '../support/github/action-step.js';
import { useGitHub } from '../support/github/fake-github.js';
import { REVIEWED_RULES } from '../support/github/github-state.js';
import { DENYING_POLICY, type MadePullRequest, POLICY_PATH } from '../support/github/pull-request-step.js';

const github = useGitHub();
const action = useAction();

interface Retargeted extends MadePullRequest {
  readonly soft: string;
}

/** A pull request to `soft`, which has neither the policy nor anything left to change: the denied image is there. */
function retargeted(): Retargeted {
  const { git } = github.state;
  const main = git.commit('main', { [POLICY_PATH]: `${DENYING_POLICY}only-new: true\n`, 'README.md': 'a shop' });
  const files = { [POLICY_PATH]: 'version: 1\nonly-new: true\n', Dockerfile: 'FROM images.example/legacy/base:1\n' };
  const soft = git.commit('soft', files, { parents: [main] });
  const head = git.commit('feature', { ...files, 'a.txt': 'a change' }, { parents: [soft] });
  const merge = git.commit('merge', { ...files, 'a.txt': 'a change' }, { parents: [soft, head] });
  git.git('update-ref', 'refs/pull/7/merge', merge);
  const pull = { sha: head, ref: 'feature', repository: 'acme/shop' };
  github.state.pullRequests.set(7, { number: 7, head: pull, base: { ref: 'soft' } });
  return { head, merge, soft };
}

/** The event as GitHub starts it for what happens on `soft`. */
function stepOn(event: string, { head, merge, soft }: Retargeted): Pick<StepOptions, 'payload' | 'sha' | 'ref'> {
  switch (event) {
    case 'merge_group': {
      const group = { merge_group: { head_sha: merge, base_ref: 'refs/heads/soft' } };
      return { payload: payloadOf(event, group), sha: merge, ref: 'refs/heads/gh-readonly-queue/soft/pr-7' };
    }
    case 'push':
      return { payload: payloadOf(event, { deleted: false }), sha: soft, ref: 'refs/heads/soft' };
    case 'workflow_dispatch':
      return { payload: payloadOf(event), sha: soft, ref: 'refs/heads/soft' };
    default: {
      const payload = pullRequestPayload({ number: 7, head, headRepository: 'acme/shop', base: 'soft' });
      return { payload, sha: merge, ref: 'refs/pull/7/merge' };
    }
  }
}

function run(event: string, made: Retargeted, token = 'contents'): Promise<StepResult> {
  return action.run({
    apiUrl: github.server.apiUrl,
    token,
    event,
    inputs: { comment: 'never' },
    environment: { GITHUB_REF_PROTECTED: 'true' },
    ...stepOn(event, made),
  });
}

test.each(RETARGETING.pairs)(
  'a branch that anybody may push to gives $what neither a policy nor anything to inherit',
  async ({ what: event }) => {
    const made = retargeted();
    // A rule about names makes GitHub call the branch protected, and makes nobody review it.
    github.state.protection.set('soft', [{ type: 'branch_name_pattern' }]);
    const result = await run(event, made);
    expect(result.code).toBe(1);
    expect(result.summary).toContain('no longer maintained');
    expect(result.summary).toContain('The policy comes from main, not soft');
  },
);

test.each(RETARGETING.pairs)(
  'a branch to which changes have to be reviewed has its own policy on $what',
  async ({ what: event }) => {
    const made = retargeted();
    github.state.protection.set('soft', REVIEWED_RULES);
    // The base that the pull request has now is asked for, which takes a token that may read pull requests.
    const result = await run(event, made, 'write');
    expect([event, result.outputs['verdict'], result.code]).toEqual([event, 'pass', 0]);
    expect(result.summary).not.toContain('The policy comes from main');
  },
);
