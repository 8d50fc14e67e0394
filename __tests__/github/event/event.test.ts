import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type RunnerEnvironment, readRunnerEnvironment } from '../../../src/github/event/environment.js';
import { type EventPlan, planEvent } from '../../../src/github/event/event.js';
import { webhookExamples } from '../../support/github/webhook-examples.js';

const MERGE = 'a'.repeat(40);

function runner(eventName: string, overrides: Partial<RunnerEnvironment> = {}): RunnerEnvironment {
  return {
    ...readRunnerEnvironment({
      GITHUB_REPOSITORY: 'Codertocat/Hello-World',
      GITHUB_EVENT_NAME: eventName,
      GITHUB_SHA: MERGE,
      GITHUB_REF: 'refs/heads/master',
    }),
    ...overrides,
  };
}

function plan(env: RunnerEnvironment, payload: unknown): EventPlan {
  const planned = planEvent(env, payload);
  if (!planned.ok) throw new Error(planned.error.message);
  return planned.value;
}

const example = (event: string, index = 0): Record<string, unknown> => {
  const payload = webhookExamples(event)[index];
  if (payload === undefined) throw new Error(`there is no example ${index} of ${event}`);
  return payload;
};

describe('pull_request', () => {
  test('every published example is planned', () => {
    const payloads = webhookExamples('pull_request');
    expect(payloads.length).toBeGreaterThan(20);
    for (const payload of payloads) expect(plan(runner('pull_request'), payload).change?.kind).toBe('pull-request');
  });

  test('the merge commit is evaluated by the policy at the tip of the base branch, whose name alone is believed', () => {
    const planned = plan(runner('pull_request', { ref: 'refs/pull/2/merge' }), example('pull_request'));
    expect(planned.evaluated).toMatchObject({ kind: 'pull-request-merge', number: 2, started: MERGE });
    expect(planned.policy).toEqual({ branch: 'master', commit: null });
    expect(planned.sarif).toEqual({ commit: MERGE, ref: 'refs/pull/2/merge' });
    expect(planned.change).toMatchObject({ number: 2, fork: false, head: expect.stringMatching(/^ec26c3/) });
    const { base } = Object(example('pull_request')['pull_request']);
    expect(JSON.stringify(planned)).not.toContain(base.sha);
  });

  test('a workflow of another repository is a required one, and its own is not', () => {
    const required = (workflowFile: string) =>
      plan(runner('pull_request', { workflowFile }), example('pull_request')).required;
    expect(required('acme/policies/.github/workflows/gate.yml')).toBe(true);
    expect(required('codertocat/hello-world/.github/workflows/gate.yml')).toBe(false);
    expect(required('')).toBe(false);
  });

  test('a head in another repository is a fork, and so is one whose repository was deleted', () => {
    const payload = structuredClone(example('pull_request'));
    Object(payload['pull_request']).head.repo.full_name = 'mallory/Hello-World';
    expect(plan(runner('pull_request'), payload).change).toMatchObject({
      fork: true,
      headRepository: { owner: 'mallory', name: 'Hello-World' },
    });
    Object(payload['pull_request']).head.repo = null;
    expect(plan(runner('pull_request'), payload).change).toMatchObject({ fork: true, headRepository: null });
  });

  test('the same repository in other letter case is no fork', () => {
    const payload = structuredClone(example('pull_request'));
    Object(payload['pull_request']).head.repo.full_name = 'codertocat/hello-world';
    expect(plan(runner('pull_request'), payload).change).toMatchObject({ fork: false });
  });

  test('a payload about another repository is refused', () => {
    const planned = planEvent(
      runner('pull_request', { repository: { owner: 'acme', name: 'shop' } }),
      example('pull_request'),
    );
    expect(planned).toMatchObject({ ok: false, error: { code: 'unexpected-payload' } });
  });

  test('a missing payload is an error that says so', () => {
    for (const event of ['pull_request', 'pull_request_target', 'merge_group']) {
      const planned = planEvent(runner(event), null);
      expect(planned).toMatchObject({ ok: false, error: { code: 'no-payload' } });
    }
  });
});

describe('pull_request_target', () => {
  test('what merging would make is evaluated through the API; the default branch that the run is on is not', () => {
    const payload = structuredClone(example('pull_request'));
    Object(payload['pull_request']).base.ref = 'release/1.x';
    const planned = plan(runner('pull_request_target'), payload);
    expect(planned.evaluated).toMatchObject({ kind: 'pull-request-merge', number: 2, started: null });
    expect(planned.apiOnly).toBe(true);
    expect(planned.policy).toEqual({ branch: 'release/1.x', commit: null });
    expect(JSON.stringify(planned)).not.toContain(MERGE);
  });
});

describe('merge_group', () => {
  test.each([0, 1])('example %i: the group’s head is evaluated by the policy of its base branch', (index) => {
    const group = '2ffea6db159f6b6c47a24e778fb9ef40cf6b1c7d';
    const repository = { owner: 'octo-org', name: 'octo-repo' };
    const planned = plan(runner('merge_group', { repository, commit: group }), example('merge_group', index));
    expect(planned.evaluated).toEqual({ kind: 'commit', commit: group });
    expect(planned.policy).toEqual({ branch: 'main', commit: null });
    expect(planned.change).toMatchObject({ kind: 'merge-group', base: 'main' });
    expect(planned.sarif).toBeNull();
  });
});

describe('push, schedule, workflow_dispatch', () => {
  const payload = { repository: { full_name: 'Codertocat/Hello-World', default_branch: 'master' } };

  test.each(['master', 'feature'])('%s may be evaluated by its own policy, and is evaluated in full', (branch) => {
    for (const event of ['push', 'schedule', 'workflow_dispatch']) {
      const planned = plan(runner(event, { ref: `refs/heads/${branch}` }), payload);
      expect(planned).toMatchObject({ evaluated: { commit: MERGE }, change: null });
      expect(planned.policy).toEqual({ branch, commit: MERGE });
      expect(planned.scheduled).toBe(event === 'schedule');
    }
  });

  test('a tag has no policy of its own', () => {
    const planned = plan(runner('push', { ref: 'refs/tags/v1' }), payload);
    expect(planned.policy).toEqual({ branch: null, commit: MERGE });
  });

  test('a branch of the merge queue has no analyses in code scanning, and other branches and tags have', () => {
    const sarif = (ref: string) => plan(runner('push', { ref }), payload).sarif;
    expect(sarif('refs/heads/gh-readonly-queue/master/pr-7-abc')).toBeNull();
    expect(sarif('refs/heads/feature')).toEqual({ commit: MERGE, ref: 'refs/heads/feature' });
    expect(sarif('refs/tags/v1')).toEqual({ commit: MERGE, ref: 'refs/tags/v1' });
    expect(sarif('refs/pull/2/merge')).toBeNull();
  });

  test('a deleted ref leaves nothing to evaluate', () => {
    const deleted = webhookExamples('push').filter((push) => push['deleted'] === true);
    expect(deleted.length).toBeGreaterThan(0);
    for (const push of deleted) {
      expect(planEvent(runner('push'), push)).toMatchObject({ ok: false, error: { code: 'nothing-to-evaluate' } });
    }
  });

  test('an event without a plan is evaluated in full, and says so', () => {
    const planned = plan(runner('repository_dispatch'), payload);
    expect(planned.change).toBeNull();
    expect(planned.notices.join()).toContain('repository_dispatch');
  });
});

test('whatever a payload holds, planning ends in a plan or an error', () => {
  const events = fc.constantFrom('pull_request', 'pull_request_target', 'merge_group', 'push', 'schedule', 'x');
  fc.assert(
    fc.property(events, fc.jsonValue(), (event, payload) => {
      const planned = planEvent(runner(event), payload);
      if (!planned.ok) expect(planned.error.fix).not.toBe('');
    }),
  );
});
