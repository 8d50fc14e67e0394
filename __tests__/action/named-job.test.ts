import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { runInProcess } from '../support/github/action-run.js';
import { payloadOf } from '../support/github/action-step.js';
import { useGitHub } from '../support/github/fake-github.js';
import { DENYING_POLICY, POLICY_PATH } from '../support/github/pull-request-step.js';

const github = useGitHub();
const REF = 'refs/heads/main';

const uploaded = z.object({
  runs: z.tuple([z.object({ automationDetails: z.object({ id: z.string() }), results: z.array(z.unknown()) })]),
});

/** The category and the number of findings of each analysis that a run on the default branch uploads. */
async function analyses(sha: string, inputs: Readonly<Record<string, string>>): Promise<readonly [string, number][]> {
  const before = github.state.uploads.length;
  await runInProcess({
    apiUrl: github.server.apiUrl,
    event: 'push',
    payload: payloadOf('push', { ref: REF, deleted: false }),
    sha,
    ref: REF,
    inputs: { comment: 'never', sarif: 'true', ...inputs },
    publish: true,
  });
  return github.state.uploads.slice(before).map(({ sarif }) => {
    const [{ automationDetails, results }] = uploaded.parse(JSON.parse(sarif)).runs;
    return [automationDetails.id, results.length];
  });
}

const push = (number: number): string =>
  github.state.git.commit('main', {
    [POLICY_PATH]: DENYING_POLICY,
    Dockerfile: 'FROM images.example/legacy/base:1\n',
    'a.txt': String(number),
  });

test('a job that is given a name closes the alerts of its former category once', async () => {
  const [[former = '', found = 0] = []] = await analyses(push(1), {});
  expect(found).toBeGreaterThan(0);
  const named = await analyses(push(2), { name: 'nightly' });
  expect(named).toHaveLength(2);
  expect(named).toContainEqual([former, 0]);
  expect(named.find(([category]) => category !== former)?.[1]).toBe(found);
  expect(await analyses(push(3), { name: 'nightly' })).toEqual(named.filter(([category]) => category !== former));
});

test('a named job leaves open what a job without a name finds in the same commit', async () => {
  const commit = push(1);
  await analyses(commit, {});
  expect(await analyses(commit, { name: 'nightly' })).toHaveLength(1);
});

test('a named job that never had another category uploads one analysis', async () => {
  expect(await analyses(push(1), { name: 'nightly' })).toHaveLength(1);
  expect(await analyses(push(2), { name: 'nightly' })).toHaveLength(1);
});
