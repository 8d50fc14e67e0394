import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type ActResult, type ActRun, useActRunner } from '../support/github/act-runner.js';
import { payloadOf, pullRequestPayload } from '../support/github/action-step.js';
import { useGitHub } from '../support/github/fake-github.js';
import { GitHubState } from '../support/github/github-state.js';
import { DENYING_POLICY, makePullRequest, POLICY_PATH } from '../support/github/pull-request-step.js';
import { expectDocument } from '../support/held-table.js';
import { fencedBlocks } from '../support/markdown-blocks.js';
import { describeWithPeers } from '../support/process/peers.js';
import { makeZip } from '../support/registry/zip-maker.js';

const directory = new URL('../../examples/workflows/', import.meta.url);
/** It needs an App's token, a cache, artifacts of another run and the `gh` program, and no step of it is the Action. */
const NOT_RUN = 'survey.yml';
const copied = readdirSync(directory).filter((name) => name.endsWith('.yml') && name !== NOT_RUN);
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** Stands for an action that needs GitHub's own services: it keeps what it is given. */
const UPLOAD = `name: upload
description: keeps the file
inputs:
  name: { description: n, required: true }
  path: { description: p, required: true }
runs:
  using: composite
  steps:
    - shell: bash
      env: { NAME: "\${{ inputs.name }}", FILE: "\${{ inputs.path }}" }
      run: cp "$FILE" "$WRITTEN/$NAME"
`;

const BAD = 'FROM images.example/legacy/base:2\n';
const GOOD = 'FROM scratch\n';
const SERVICES = ['services/api/Dockerfile', 'services/web/Dockerfile'];

const INTRODUCTION = `# Workflows, run

Each workflow of [examples/workflows](../../examples/workflows/README.md), the reusable workflow, and those of the page about required checks, as [nektos/act](https://nektosact.com) runs them: a runner that is no program of ours. Once the change builds on a denied image, and once on none; GitHub is a local server. \`__tests__/action/copied-workflows.peer.test.ts\` makes this table.

act starts steps on the machine, without containers. It ignores \`permissions\` and \`concurrency\`, has no artifacts of another run (a stand-in keeps what \`upload-artifact\` is given), and does not fetch actions: the Action is the bundle of this commit under the ref that the workflow names. What GitHub does with rulesets and merge queues is not part of it, and \`survey.yml\`, which runs the command line with an App's token and \`gh\`, is not run.
`;

interface Case {
  readonly name: string;
  readonly event: string;
  /** A file of examples/workflows, or a workflow's text. */
  readonly workflow: string;
  /** Edits a reader makes after copying, as the documentation says. */
  readonly edit?: (text: string) => string;
  readonly token?: string;
  readonly prepare?: () => Partial<ActRun>;
}

describeWithPeers(['act', 'git'], 'nektos/act runs the workflows to copy', () => {
  const github = useGitHub();
  const run = useActRunner(github, { refs: ['v1', COMMIT], actions: { 'actions/upload-artifact@v4': UPLOAD } });
  const reusable = readFileSync(new URL('../../.github/workflows/base-images.yml', import.meta.url), 'utf8');
  const textOf = (name: string) => readFileSync(new URL(name, directory), 'utf8');

  const ORGANIZATION = () => {
    const policies = new GitHubState('acme/policies');
    policies.git.commit('main', { 'base-images.yml': DENYING_POLICY });
    policies.git.git('update-ref', 'refs/tags/v3', 'refs/heads/main');
    github.state.others.set('acme/policies', policies);
    return { secrets: { POLICY_TOKEN: 'write' } };
  };
  const CALLER = 'on: pull_request\njobs:\n  call:\n    uses: ./.github/workflows/called.yml\n    secrets: inherit\n';
  const pinned = (text: string) => text.replaceAll('@v1', `@${COMMIT} # v1.2.3`);
  const required = fencedBlocks(textOf('../../docs/required-check.md'), 'yaml').filter((block) =>
    /^jobs:/m.test(block),
  );
  const CASES: readonly Case[] = [
    { name: 'pull-request.yml', event: 'pull_request', workflow: 'pull-request.yml' },
    { name: 'pull-request.yml', event: 'merge_group', workflow: 'pull-request.yml' },
    { name: 'pull-request.yml, pinned by commit', event: 'pull_request', workflow: 'pull-request.yml', edit: pinned },
    { name: 'push-and-schedule.yml', event: 'push', workflow: 'push-and-schedule.yml' },
    { name: 'push-and-schedule.yml', event: 'schedule', workflow: 'push-and-schedule.yml' },
    { name: 'forks.yml', event: 'pull_request', workflow: 'forks.yml', token: 'read' },
    { name: 'monorepo.yml', event: 'pull_request', workflow: 'monorepo.yml' },
    { name: 'organization.yml', event: 'pull_request', workflow: 'organization.yml', prepare: ORGANIZATION },
    { name: 'organization.yml', event: 'merge_group', workflow: 'organization.yml', prepare: ORGANIZATION },
    ...required.map((text, index) => ({
      name: `docs/required-check.md, workflow ${index + 1}`,
      event: 'pull_request',
      workflow: text,
      prepare: ORGANIZATION,
    })),
    { name: 'the reusable workflow', event: 'pull_request', workflow: 'called' },
  ];

  function startOf(event: string, from: string) {
    const base = { [POLICY_PATH]: DENYING_POLICY, ...Object.fromEntries(SERVICES.map((path) => [path, GOOD])) };
    const changed = Object.fromEntries(['Dockerfile', ...SERVICES].map((path) => [path, from]));
    const { git } = github.state;
    if (event === 'pull_request') {
      const { head, merge } = makePullRequest(github, changed, base);
      const payload = pullRequestPayload({ number: 7, head, headRepository: 'acme/shop' });
      return { payload, sha: merge, ref: 'refs/pull/7/merge' };
    }
    const tip = git.commit('main', event === 'merge_group' ? base : { ...base, ...changed });
    if (event !== 'merge_group') {
      return { payload: payloadOf(event === 'push' ? 'push' : 'workflow_dispatch'), sha: tip, ref: 'refs/heads/main' };
    }
    const group = git.commit('gh-readonly-queue/main/pr-7', { ...base, ...changed }, { parents: [tip] });
    const payload = payloadOf('merge_group', { merge_group: { head_sha: group, base_ref: 'refs/heads/main' } });
    return { payload, sha: group, ref: 'refs/heads/gh-readonly-queue/main/pr-7' };
  }

  async function outcome({ event, workflow, edit = (text) => text, token = 'write', prepare }: Case, from: string) {
    const files: Readonly<Record<string, string>> =
      workflow === 'called'
        ? { '.github/workflows/gate.yml': CALLER, '.github/workflows/called.yml': reusable }
        : { '.github/workflows/gate.yml': edit(workflow.endsWith('.yml') ? textOf(workflow) : workflow) };
    const result = await run({ event, files, token, ...startOf(event, from), ...prepare?.() });
    return { result, row: [String(result.code), appeared(result)] as const };
  }

  function appeared({ written }: ActResult): string {
    const { comments, issues, uploads } = github.state;
    const parts = (comments[0]?.body.match(/^##+ .*Base images/gm) ?? []).length;
    const open = issues.filter(({ state }) => state === 'open').length;
    return [
      ...(comments.length > 0 ? [parts > 1 ? `a comment of ${parts} parts` : 'a comment'] : []),
      ...(uploads.length > 0 ? [`${uploads.length} upload to code scanning`] : []),
      ...(open > 0 ? ['a tracking issue'] : []),
      ...readdirSync(written).map((name) => `the artifact \`${name}\``),
    ].join(', ');
  }

  const rows: string[][] = [];
  test.each(CASES)('$name on $event fails for a denied image', async (one) => {
    const { result, row } = await outcome(one, BAD);
    expect([result.code, result.log]).toEqual([1, expect.stringContaining('no longer maintained')]);
    rows.push([one.name, `\`${one.event}\``, 'denied', ...row]);
  });

  test.each(CASES)('$name on $event passes without one', async (one) => {
    const { result, row } = await outcome(one, GOOD);
    expect([result.code, result.code === 0 ? '' : result.log]).toEqual([0, '']);
    rows.push([one.name, `\`${one.event}\``, 'none', ...row]);
  });

  test('forks-report.yml posts the report that forks.yml kept', async () => {
    const { head, merge } = makePullRequest(github, { Dockerfile: BAD });
    github.state.pullRequests.set(7, {
      number: 7,
      head: { sha: head, ref: 'feature', repository: 'mallory/shop' },
      base: { ref: 'main' },
    });
    const payload = pullRequestPayload({ number: 7, head, headRepository: 'mallory/shop' });
    const files = { '.github/workflows/gate.yml': textOf('forks.yml') };
    const at = { sha: merge, ref: 'refs/pull/7/merge' };
    const gate = await run({ event: 'pull_request', payload, ...at, files, token: 'read' });
    const kept = join(gate.written, 'base-image-gate');
    expect([gate.code, existsSync(kept), github.state.comments]).toEqual([1, true, []]);
    const archive = makeZip({ 'report.json': readFileSync(kept, 'utf8') });
    github.state.artifacts.push({ id: 1, run: 4711, name: 'base-image-gate', archive });
    const workflowRun = {
      id: 4711,
      event: 'pull_request',
      name: 'Base images',
      head_sha: head,
      head_branch: 'feature',
      html_url: 'https://github.example/acme/shop/actions/runs/4711',
      head_repository: { full_name: 'mallory/shop' },
      repository: { full_name: 'acme/shop' },
    };
    const result = await run({
      event: 'workflow_run',
      payload: payloadOf('workflow_run', { workflow_run: workflowRun }),
      sha: merge,
      ref: 'refs/heads/main',
      files: { '.github/workflows/gate.yml': textOf('forks-report.yml') },
    });
    expect([result.code, github.state.comments[0]?.body]).toEqual([0, expect.stringContaining('no longer maintained')]);
    rows.push(['forks-report.yml', '`workflow_run`', 'denied', String(result.code), appeared(result)]);
  });

  test('every workflow to copy was run, and docs/dev/workflows.md says what came of it', async () => {
    const run = new Set(rows.map(([name = '']) => name.split(',')[0]));
    expect(copied.filter((name) => !run.has(name))).toEqual([]);
    const head = ['workflow', 'event', 'denied images', 'exit code', 'what appeared'];
    await expectDocument(
      'dev/workflows.md',
      INTRODUCTION,
      head,
      rows.toSorted(([a = ''], [b = '']) => a.localeCompare(b)),
    );
  });
});
