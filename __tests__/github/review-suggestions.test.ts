import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ImageUse } from '../../src/build-files/image-use.js';
import { readRepository } from '../../src/build-files/read.js';
import { readingOptions } from '../../src/commands/reading-options.js';
import type { CommitTree } from '../../src/github/commit-tree.js';
import { Commits } from '../../src/github/commits.js';
import { addedLines } from '../../src/github/diff-lines.js';
import { postSuggestions, type Suggestion, suggestionsFor } from '../../src/github/review-suggestions.js';
import { formatReference } from '../../src/images/reference.js';
import type { Answer, Report } from '../../src/reports/report.js';
import { REPOSITORY, useGitHub } from '../support/github-room.js';

const github = useGitHub();
const DIGEST = `sha256:${'d'.repeat(64)}`;

async function treeWith(dockerfile: string): Promise<CommitTree> {
  const commit = github.state.git.commit('feature', { Dockerfile: dockerfile });
  return new Commits({ client: github.client(), repository: REPOSITORY, workspace: github.state.git.directory }).tree(
    commit,
  );
}

async function proposed(
  dockerfile: string,
  answers: (use: ImageUse) => readonly Answer[] = () => [],
): Promise<readonly string[]> {
  const tree = await treeWith(dockerfile);
  const options = readingOptions({}, {}, null);
  if (!options.ok) throw new Error(options.error);
  const reading = await readRepository(tree, options.value);
  if (!reading.ok) throw new Error(reading.error.message);
  const { uses, files, stages } = reading.value;
  const references = new Set(uses.flatMap(({ reference }) => (reference === null ? [] : [formatReference(reference)])));
  const report: Report = {
    tool: { version: '1', catalogue: '1', feeds: [] },
    verdict: 'pass',
    policy: { source: { name: 'p', extends: [] }, profile: 'baseline', allowListEnforced: false },
    files,
    stages,
    uses,
    images: [...references].map((reference) => ({ reference, digest: DIGEST, platforms: [], evidence: {} })),
    answers: uses.flatMap(answers),
    findings: [],
    waivers: [],
    limits: [],
    notices: [],
  };
  return (await suggestionsFor(report, tree)).map(({ line, text }) => `${line}: ${text}`);
}

describe('a pin is proposed', () => {
  test('after the tag, with the rest of the line as it was', async () => {
    expect(await proposed('FROM  alpine:3.20 AS build\nRUN x\nFROM --platform=linux/amd64 node\t\n')).toEqual([
      `1: FROM  alpine:3.20@${DIGEST} AS build`,
      `3: FROM --platform=linux/amd64 node:latest@${DIGEST}\t`,
    ]);
    expect(await proposed('FROM scratch\nCOPY --from=busybox:1 /a /b\r\n')).toEqual([
      `2: COPY --from=busybox:1@${DIGEST} /a /b`,
    ]);
  });

  test('not for what is pinned, written with a variable, or on a line with another', async () => {
    expect(await proposed(`FROM alpine:3@${DIGEST}\n`)).toEqual([]);
    expect(await proposed('FROM alpine:3 # which BuildKit does not build\n')).toEqual([]);
    expect(await proposed('ARG TAG=3\nFROM alpine:$TAG\n')).toEqual([]);
    expect(await proposed('FROM scratch\nRUN --mount=from=a:1 --mount=from=b:1 x\n')).toEqual([]);
  });

  test('not for an image that its identity speaks against', async () => {
    const answer =
      (outcome: Answer['outcome'], level: Answer['level']) =>
      (use: ImageUse): readonly Answer[] => [{ rule: 'signature-verified', use: use.id, outcome, level, reason: 'x' }];
    expect(await proposed('FROM alpine:3\n', answer('fail', 'error'))).toEqual([]);
    expect(await proposed('FROM alpine:3\n', answer('indeterminate', 'warning'))).toEqual([]);
    expect(await proposed('FROM alpine:3\n', answer('fail', 'note'))).toHaveLength(1);
    expect(await proposed('FROM alpine:3\n', answer('pass', 'error'))).toHaveLength(1);
  });
});

describe('suggestions on a pull request', () => {
  const suggestion = (line: number, text = `FROM alpine:3@${DIGEST}`): Suggestion => ({
    path: 'Dockerfile',
    line,
    text,
    digest: DIGEST,
  });

  function post(suggestions: readonly Suggestion[], token = 'write'): ReturnType<typeof postSuggestions> {
    const { git } = github.state;
    const base = git.tip('main') ?? git.commit('main', { Dockerfile: 'FROM scratch\nRUN old\n' });
    const files = { Dockerfile: 'FROM scratch\nRUN old\nFROM alpine:3\n' };
    const head = git.tip('feature') ?? git.commit('feature', files, { parents: [base] });
    const repository = 'acme/shop';
    github.state.pullRequests.set(7, {
      number: 7,
      head: { sha: head, ref: 'feature', repository },
      base: { ref: 'main' },
    });
    return postSuggestions({ client: github.client(token), repository: REPOSITORY, number: 7, head, suggestions });
  }

  test('stand on added lines only, and once', async () => {
    expect(await post([suggestion(1), suggestion(2), suggestion(3)])).toEqual({ ok: true, value: 1 });
    expect(github.state.reviewComments).toMatchObject([{ path: 'Dockerfile', line: 3 }]);
    expect(github.state.reviewComments[0]?.body).toContain(`\`\`\`suggestion\nFROM alpine:3@${DIGEST}\n\`\`\``);
    expect(await post([suggestion(3)])).toEqual({ ok: true, value: 0 });
    expect(github.state.reviewComments).toHaveLength(1);
  });

  test('are not held back by somebody else’s copy of ours', async () => {
    await post([suggestion(3)]);
    const [ours] = github.state.reviewComments.splice(0);
    if (ours !== undefined) github.state.reviewComments.push({ ...ours, login: 'mallory' });
    expect(await post([suggestion(3)])).toEqual({ ok: true, value: 1 });
  });

  test('can’t be ended by backticks in the line', async () => {
    await post([suggestion(3, 'FROM a ```` b')]);
    expect(github.state.reviewComments[0]?.body).toMatch(/^`````suggestion$/m);
  });

  test('need a permission, and say which', async () => {
    expect(await post([suggestion(3)], 'read')).toMatchObject({ ok: false, error: { code: 'no-permission' } });
  });
});

describe('the lines of a patch', () => {
  test('are those added, as the new side counts', () => {
    const patch = '@@ -1,3 +1,4 @@ x\n a\n-b\n+c\n+d\n e\n\\ No newline at end of file\n@@ -10 +20,2 @@\n+f\n g';
    expect([...addedLines(patch)]).toEqual([2, 3, 20]);
  });

  test('are found in any text without harm', () => {
    fc.assert(fc.property(fc.string(), (text) => addedLines(text).size <= text.length));
  });
});
