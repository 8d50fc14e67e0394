import { expect, test } from '@jest/globals';
import { type CommentRequest, type PublishedComment, publishComment } from '../../../src/github/publish/comment.js';
import { commentMarker, partId, readParts, rememberedFingerprint } from '../../../src/github/publish/comment-parts.js';
import { REPOSITORY, useGitHub } from '../../support/github/fake-github.js';

const COMMIT = '1'.repeat(40);
const github = useGitHub();

function jobPart(job: string, findings: readonly string[] = []): CommentRequest['own'] {
  return {
    id: partId({ workflow: 'ci', job, step: 'gate', inputs: {} }),
    commit: COMMIT,
    fingerprints: findings.map(rememberedFingerprint),
    render: (_room, { previous }) =>
      `**${job}**\n\n${findings
        .map((name) => (previous === null || previous.has(rememberedFingerprint(name)) ? name : `NEW ${name}`))
        .join('\n')}`,
  };
}

async function publish(overrides: Partial<CommentRequest> = {}, token = 'write'): Promise<PublishedComment['outcome']> {
  const outcome = await publishComment(request(overrides, token));
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value.outcome;
}

function request(overrides: Partial<CommentRequest> = {}, token = 'write'): CommentRequest {
  return {
    client: github.client(token),
    repository: REPOSITORY,
    number: 7,
    key: 'default',
    start: true,
    footer: 'the footer',
    isCurrent: async () => true,
    own: jobPart('api'),
    wait: async () => {},
    ...overrides,
  };
}

const say = (login: string, body: string, issue = 7): void => {
  github.state.comments.push({ id: github.state.nextId(), issue, login, body });
};

test('the first run creates the comment, the next leaves it, a change updates it in place', async () => {
  expect(await publish()).toBe('created');
  expect(await publish()).toBe('unchanged');
  expect(await publish({ own: jobPart('api', ['cve']) })).toBe('updated');
  expect(github.state.comments).toHaveLength(1);
  expect(github.state.comments[0]?.body).toContain('NEW cve');
});

test('what was there the run before is not new', async () => {
  await publish({ own: jobPart('api', ['old']) });
  await publish({ own: jobPart('api', ['old', 'fresh']) });
  expect(github.state.comments[0]?.body).toMatch(/\nold\nNEW fresh/);
});

test('where no comment is wanted none is started, but one that is there is brought up to date', async () => {
  expect(await publish({ start: false })).toBe('not-wanted');
  expect(github.state.comments).toEqual([]);
  await publish({ own: jobPart('api', ['cve']) });
  expect(await publish({ start: false })).toBe('updated');
  expect(github.state.comments[0]?.body).not.toContain('cve');
});

test('a comment with our marker by somebody else is neither believed nor touched', async () => {
  const forged = `${commentMarker('default')}\n\n**all is well**`;
  say('mallory', forged);
  expect(await publish()).toBe('created');
  expect(github.state.comments.map(({ login, body }) => [login, body === forged])).toEqual([
    ['mallory', true],
    ['github-actions[bot]', false],
  ]);
});

test('what another workflow writes in the name of the same bot lasts until the runs it speaks for write again', async () => {
  const forged = (id: string): string =>
    `<!-- base-image-gate part=${id} commit=${COMMIT} findings= -->\n**all is well**\n<!-- base-image-gate end -->`;
  const parts = [forged(jobPart('api').id), forged('f'.repeat(16))].join('\n\n');
  say('github-actions[bot]', `${commentMarker('default')}\n\n${parts}`);
  await publish();
  expect(readParts(github.state.comments[0]?.body ?? '').map(({ markdown }) => markdown)).toEqual(
    expect.arrayContaining(['**api**', '**all is well**']),
  );
  for (const commit of ['2', '3']) await publish({ own: { ...jobPart('api'), commit: commit.repeat(40) } });
  expect(github.state.comments[0]?.body).not.toContain('all is well');
});

test('a bot’s comment that quotes our marker further down is not ours', async () => {
  say('github-actions[bot]', `A contributor wrote:\n\n${commentMarker('default')}`);
  expect(await publish()).toBe('created');
  expect(github.state.comments).toHaveLength(2);
});

test('the comment is found beyond the first page', async () => {
  await publish();
  const [own] = github.state.comments.splice(0);
  for (let index = 0; index < 230; index++) say('dev', `comment ${index}`);
  if (own !== undefined) github.state.comments.push(own);
  expect(await publish({ own: jobPart('api', ['cve']) })).toBe('updated');
  expect(github.state.comments).toHaveLength(231);
});

test('jobs with one key keep their parts, and other keys have a comment of their own', async () => {
  await publish({ own: jobPart('api') });
  await publish({ own: jobPart('web') });
  await publish({ own: jobPart('docs'), key: 'docs' });
  expect(github.state.comments).toHaveLength(2);
  expect(
    readParts(github.state.comments[0]?.body ?? '')
      .map(({ markdown }) => markdown)
      .sort(),
  ).toEqual(['**api**', '**web**']);
});

test('a part that another job overwrote between our reading and its writing is fixed', async () => {
  await publish({ own: jobPart('api') });
  const before = github.state.comments[0]?.body ?? '';
  let races = 2;
  github.server.onWritten = () => {
    const [comment] = github.state.comments;
    if (races-- > 0 && comment !== undefined) comment.body = before;
  };
  expect(await publish({ own: jobPart('web') })).toBe('updated');
  expect(github.state.comments[0]?.body).toContain('**web**');
  expect(github.state.comments[0]?.body).toContain('**api**');
});

test('a part is fixed that a job overwrote which read before our writing and wrote after our reading again', async () => {
  await publish({ own: jobPart('api') });
  const before = github.state.comments[0]?.body ?? '';
  const waits: number[] = [];
  const wait = async (milliseconds: number): Promise<void> => {
    const [comment] = github.state.comments;
    if (waits.push(milliseconds) === 1 && comment !== undefined)
      comment.body = before.replace('**api**', '**api again**');
  };
  expect(await publish({ own: jobPart('web'), wait })).toBe('updated');
  expect(github.state.comments[0]?.body).toContain('**web**');
  expect(github.state.comments[0]?.body).toContain('**api again**');
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(2_000);
});

test('a job that is alone with its comment waits for nobody once it is there', async () => {
  const wait = async (): Promise<void> => {
    throw new Error('it waited');
  };
  expect(await publish()).toBe('created');
  expect(await publish({ own: jobPart('api', ['cve']), wait })).toBe('updated');
});

test.each([
  ['was not passed on', 'issues/create-comment', (): void => {}],
  [
    'was done all the same',
    'issues/create-comment',
    (): void => {
      const body = `${commentMarker('default')}\n\n<!-- base-image-gate part=${jobPart('api').id} commit=${COMMIT} findings= -->\n**half**\n<!-- base-image-gate end -->`;
      say('github-actions[bot]', body);
    },
  ],
])('a write that GitHub’s gateway failed, and that %s, leaves one comment', async (_what, operation, meanwhile) => {
  github.server.faults.push({ operation, status: 502, meanwhile });
  await publish();
  expect(github.state.comments).toHaveLength(1);
  expect(github.state.comments[0]?.body).toContain('**api**');
});

test('fixing ends after three times, whatever others do', async () => {
  github.server.onWritten = () => {
    const [comment] = github.state.comments;
    if (comment !== undefined) comment.body = `${commentMarker('default')}\n\nscribble`;
  };
  await publish();
  expect(github.server.operations().filter((name) => /create-comment|update-comment/.test(name))).toHaveLength(4);
});

test('two first runs at the same moment leave one comment, though neither saw the other’s when it looked', async () => {
  let isFirst = true;
  const other = () => publish({ own: jobPart('api', ['cve']), wait: async () => {} });
  // The other run looks before ours is there and creates its own after we looked again: while we wait.
  const wait = async (): Promise<void> => {
    if (!isFirst) return;
    isFirst = false;
    const [ours] = github.state.comments.splice(0, 1);
    await other();
    if (ours !== undefined) github.state.comments.unshift(ours);
  };
  await publish({ wait });
  expect(isFirst).toBe(false);
  expect(github.state.comments).toHaveLength(1);
});

test.each([3, 4])('%i first runs in step leave one comment with all parts', async (count) => {
  const jobs = Array.from({ length: count }, (_, index) => `job-${index}`);
  const start = () => {
    let waiting: (() => void)[] = [];
    // All wait for each other, so that each round of theirs begins at once.
    return () =>
      new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length < count) return;
        const released = waiting;
        waiting = [];
        for (const release of released) release();
      });
  };
  const inStep = start();
  const wait = () => Promise.race([inStep(), new Promise<void>((resolve) => setTimeout(resolve, 50))]);
  await Promise.all(jobs.map((job) => publish({ own: jobPart(job), wait })));
  expect(github.state.comments).toHaveLength(1);
  const parts = readParts(github.state.comments[0]?.body ?? '').map(({ markdown }) => markdown);
  expect(parts.sort()).toEqual(jobs.map((job) => `**${job}**`));
});

test('a listing that lags behind does not make it write a second comment', async () => {
  github.server.onWritten = ({ operation }) => {
    if (operation === 'issues/create-comment') github.state.comments.splice(0);
  };
  expect(await publish()).toBe('created');
  expect(github.server.operations().filter((name) => name === 'issues/create-comment')).toHaveLength(1);
});

test('two comments that two first runs made become one with both parts', async () => {
  github.server.onWritten = ({ operation }) => {
    if (operation !== 'issues/create-comment') return;
    github.server.onWritten = null;
    const mine = github.state.comments[0];
    const other = mine?.body.replaceAll('**api**', '**web**').replaceAll(jobPart('api').id, jobPart('web').id);
    github.state.comments.unshift({ id: 0, issue: 7, login: 'github-actions[bot]', body: other ?? '' });
  };
  await publish();
  expect(github.state.comments).toHaveLength(1);
  expect(
    readParts(github.state.comments[0]?.body ?? '')
      .map(({ markdown }) => markdown)
      .sort(),
  ).toEqual(['**api**', '**web**']);
});

test('a token that may not write is reported the lines to add', async () => {
  const refused = await publishComment(request({}, 'read'));
  expect(refused).toMatchObject({ ok: false, error: { code: 'no-permission' } });
  if (refused.ok) throw new Error('unreachable');
  expect(refused.error.message).toContain('lacks `pull-requests: write`');
  expect(refused.error).toMatchObject({ code: 'no-permission', permission: 'pull-requests: write' });
});

test('a token that may not even read comments is reported the permission that posting needs', async () => {
  const refused = await publishComment(request({}, 'contents'));
  expect(refused).toMatchObject({ ok: false, error: { code: 'no-permission' } });
  if (!refused.ok) expect(refused.error.fix).toContain('pull-requests: write');
});

test.each([
  [401, 'unauthorized'],
  [422, 'rejected'],
  [500, 'server-error'],
  [404, 'not-found'],
])('a write that ends in %i is the error %s, not an exception', async (status, code) => {
  for (let times = 0; times < 4; times++) github.server.faults.push({ operation: 'issues/create-comment', status });
  expect(await publishComment(request())).toMatchObject({ ok: false, error: { code, status } });
});

test('a part that the run for a newer commit wrote meanwhile is left to it', async () => {
  await publish();
  const newer = `${commentMarker('default')}\n\n<!-- base-image-gate part=${jobPart('api').id} commit=${'2'.repeat(40)} findings= -->\n**newer**\n<!-- base-image-gate end -->`;
  github.server.onWritten = () => {
    github.server.onWritten = null;
    const [comment] = github.state.comments;
    if (comment !== undefined) comment.body = newer;
  };
  expect(await publish({ own: jobPart('api', ['cve']), isCurrent: async () => false })).toBe('updated');
  expect(github.state.comments[0]?.body).toBe(newer);
});

test('the comment of a deleted account is read over', async () => {
  github.state.comments.push({ id: 1, issue: 7, login: null, body: commentMarker('default') });
  expect(await publish()).toBe('created');
});

test('where more comments are there than are read, none is written a second time', async () => {
  for (let index = 0; index < 3_050; index++) say('dev', `comment ${index}`);
  expect(await publishComment(request())).toMatchObject({ ok: false, error: { code: 'limit' } });
  expect(github.state.comments).toHaveLength(3_050);
});

test('a comment deleted while it is updated is made anew', async () => {
  await publish();
  github.server.faults.push({
    operation: 'issues/update-comment',
    status: 404,
    meanwhile: () => github.state.comments.splice(0),
  });
  expect(await publish({ own: jobPart('api', ['cve']) })).toBe('updated');
  expect(github.state.comments).toHaveLength(1);
  expect(github.state.comments[0]?.body).toContain('NEW cve');
});

test('repeated reads are conditional', async () => {
  const shared = request();
  await publishComment(shared);
  await publishComment(shared);
  expect(github.server.requests.filter(({ status }) => status === 304).length).toBeGreaterThan(0);
});

test('the page of the comment is returned, whoever made it', async () => {
  const first = await publishComment(request());
  const [comment] = github.state.comments;
  const url = `https://github.example/acme/shop/pull/7#issuecomment-${comment?.id}`;
  expect(first).toEqual({ ok: true, value: { outcome: 'created', url } });
  expect(await publishComment(request())).toEqual({ ok: true, value: { outcome: 'unchanged', url } });
  const none = await publishComment(request({ key: 'another', start: false }));
  expect(none).toEqual({ ok: true, value: { outcome: 'not-wanted', url: null } });
});

test('a job that was given a name takes over what it said before, and what others said stays', async () => {
  const former = jobPart('api', ['old']);
  await publish({ own: former });
  await publish({ own: jobPart('web') });
  await publish({ own: { ...jobPart('named', ['old', 'fresh']), formerly: former.id } });
  const parts = readParts(github.state.comments[0]?.body ?? '');
  expect(parts.map(({ id }) => id).sort()).toEqual([jobPart('named').id, jobPart('web').id].sort());
  expect(github.state.comments[0]?.body).toMatch(/\nold\nNEW fresh/);
});

test('nothing is called new where a part remembers no more', async () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `finding ${index}`);
  await publish({ own: jobPart('api', many(399)) });
  await publish({ own: jobPart('api', [...many(399), 'fresh']) });
  expect(github.state.comments[0]?.body).toContain('NEW fresh');
  await publish({ own: jobPart('api', many(500)) });
  await publish({ own: jobPart('api', [...many(500), 'later']) });
  expect(github.state.comments[0]?.body).not.toContain('NEW');
});
