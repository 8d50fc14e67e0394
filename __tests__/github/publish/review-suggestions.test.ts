import { describe, expect, test } from '@jest/globals';
import type { ImageUse } from '../../../src/build-files/image-use.js';
import { readRepository } from '../../../src/build-files/read.js';
import { suggestionsFor } from '../../../src/github/publish/review-suggestions.js';
import type { CommitTree } from '../../../src/github/repository/commit-tree.js';
import { Commits } from '../../../src/github/repository/commits.js';
import { readingOptions } from '../../../src/policy/reading-options.js';
import type { Answer } from '../../../src/rules/answer.js';
import { REPOSITORY, useGitHub } from '../../support/github/fake-github.js';
import { makeAnswer, makeReport } from '../../support/report-maker.js';

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
  const resolved = uses.map((use) =>
    makeAnswer({ rule: 'current', outcome: 'pass', use: use.id, image: DIGEST, platform: 'linux/amd64' }),
  );
  const report = { ...makeReport({ uses, answers: [...resolved, ...uses.flatMap(answers)] }), files, stages };
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
      (use: ImageUse): readonly Answer[] => [makeAnswer({ rule: 'signature-verified', use: use.id, outcome, level })];
    expect(await proposed('FROM alpine:3\n', answer('fail', 'error'))).toEqual([]);
    expect(await proposed('FROM alpine:3\n', answer('indeterminate', 'error'))).toEqual([]);
    expect(await proposed('FROM alpine:3\n', answer('fail', 'warning'))).toHaveLength(1);
    expect(await proposed('FROM alpine:3\n', answer('pass', 'error'))).toHaveLength(1);
  });
});
