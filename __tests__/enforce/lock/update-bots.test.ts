import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { z } from 'zod';
import { LOCK_PATH } from '../../../src/enforce/lock/lock.js';
import { globMatches, parseGlob } from '../../../src/references/glob.js';
import { fencedBlocks } from '../../support/markdown-blocks.js';
import { git, makeDirectory, makeRepository } from '../../support/process/scratch-repository.js';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

const page = readFileSync(new URL('../../../docs/enforce.md', import.meta.url), 'utf8');
const block = (language: string, words: string) =>
  fencedBlocks(page, language).find((text) => text.includes(words)) ?? '';

const workflow = z
  .object({
    on: z.strictObject({ push: z.object({ branches: z.array(z.string()) }) }),
    permissions: z.strictObject({ contents: z.literal('write') }),
    jobs: z.object({ lock: z.object({ steps: z.array(z.object({ run: z.string().optional() })) }) }),
  })
  .parse(parse(block('yaml', 'workflows/lock.yml')));
const renovate = z
  .object({ gitIgnoredAuthors: z.array(z.string()) })
  .parse(JSON.parse(block('json', 'gitIgnoredAuthors')));
const [writing = '', committing = ''] = workflow.jobs.lock.steps.flatMap(({ run }) => run ?? []);

/**
 * Renovate's default `branchPrefix`, and Dependabot's default separator.
 *
 * @see https://docs.renovatebot.com/configuration-options/#branchprefix
 * @see https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference#pull-request-branch-nameseparator--
 */
const BRANCHES = [
  'renovate/alpine-3.x',
  'renovate/docker.io-library-node-22.x',
  'dependabot/docker/alpine-3.21',
  'dependabot/docker/services/api/node-22-slim',
];

test.each(BRANCHES)('the workflow that writes the lock runs on %s', (branch) => {
  const globs = workflow.on.push.branches.map((text) => parseGlob(text));
  expect(globs.some((glob) => glob.ok && globMatches(glob.value, branch))).toBe(true);
});

test.each(['main', 'feature/renovate', 'my-renovate/x'])(
  'the workflow that writes the lock leaves %s alone',
  (branch) => {
    const globs = workflow.on.push.branches.map((text) => parseGlob(text));
    expect(globs.some((glob) => glob.ok && globMatches(glob.value, branch))).toBe(false);
  },
);

/**
 * Which files the managers of both read.
 *
 * @see https://docs.renovatebot.com/modules/manager/dockerfile/#default-config
 * @see https://docs.renovatebot.com/modules/manager/docker-compose/#default-config
 * @see https://github.com/dependabot/dependabot-core/blob/main/docker/lib/dependabot/docker/file_fetcher.rb
 */
const READ: readonly (readonly [by: string, pattern: RegExp])[] = [
  ['Renovate, dockerfile', /(^|\/|\.)([Dd]ocker|[Cc]ontainer)file$/],
  ['Renovate, dockerfile', /(^|\/)([Dd]ocker|[Cc]ontainer)file[^/]*$/],
  ['Renovate, docker-compose', /(^|\/)(?:docker-)?compose[^/]*\.ya?ml$/],
  [
    'Renovate, github-actions',
    /(^|\/)(workflow-templates|\.(?:github|gitea|forgejo)\/(?:workflows|actions))\/.+\.ya?ml$/,
  ],
  ['Dependabot, docker', /dockerfile|containerfile/i],
  ['Dependabot, docker', /^[^.]+\.ya?ml/i],
];

test.each(READ)('%s (%s) does not read the lock, so that nothing of it is updated unverified', (_, pattern) => {
  expect(pattern.test(LOCK_PATH)).toBe(false);
  expect(pattern.test(LOCK_PATH.slice(LOCK_PATH.lastIndexOf('/') + 1))).toBe(false);
});

describe('the commit of the workflow', () => {
  /** A clone of a repository whose branch a bot made, in which the lock was written. */
  function clone(lock: string | null) {
    const origin = makeRepository({ Dockerfile: 'FROM alpine:3.21\n' });
    commit(origin, 'start');
    git(origin, 'checkout', '--quiet', '-b', 'other');
    const directory = join(makeDirectory({}), 'clone');
    git(origin, 'clone', '--quiet', '--branch', 'other', origin, directory);
    git(origin, 'checkout', '--quiet', '--detach');
    if (lock !== null) {
      execFileSync('mkdir', ['-p', join(directory, '.github')]);
      writeFileSync(join(directory, LOCK_PATH), lock);
    }
    return { origin, directory };
  }
  const run = (directory: string) => execFileSync('bash', ['-e', '-c', committing], { cwd: directory, stdio: 'pipe' });
  const log = (directory: string, format: string) => git(directory, 'log', '-1', `--format=${format}`, 'other').trim();

  test('holds the lock alone, also the first one, and is pushed', () => {
    const { origin, directory } = clone('{}\n');
    writeFileSync(join(directory, 'leftover'), 'not committed');
    run(directory);
    expect(git(origin, 'show', '--name-only', '--format=', 'other').trim()).toBe(LOCK_PATH);
  });

  test('has the author whose commits the documented configuration of Renovate ignores', () => {
    const { origin, directory } = clone('{}\n');
    run(directory);
    expect(renovate.gitIgnoredAuthors).toContain(log(origin, '%ae'));
    expect(renovate.gitIgnoredAuthors).toContain(log(origin, '%ce'));
  });

  test('lets Dependabot push over it', () => {
    const { origin, directory } = clone('{}\n');
    run(directory);
    // The words of GitHub's documentation, in either case.
    expect(log(origin, '%B').toLowerCase()).toMatch(/\[dependabot skip\]|\[skip dependabot\]|\[dependabot-skip\]/);
  });

  test('is not made where the lock has not changed', () => {
    const { origin, directory } = clone('{}\n');
    run(directory);
    const before = log(origin, '%H');
    run(directory);
    expect(log(origin, '%H')).toBe(before);
  });
});

test.each([
  [0, 0],
  [1, 0],
  [2, 1],
  [3, 1],
])('the step that writes the lock ends with %i as %i', (code, expected) => {
  const script = writing.replace(/^node \S+ lock --write/, `(exit ${code})`);
  expect(script).not.toBe(writing);
  let ended = 0;
  try {
    execFileSync('bash', ['-e', '-c', script], { stdio: 'pipe' });
  } catch {
    ended = 1;
  }
  expect(ended).toBe(expected);
});

describeWithSharedData(
  'schemas/schemastore-dependabot-2.0.schema.json',
  'the documented configuration of Dependabot',
  () => {
    test('is what its schema describes, and covers build files', () => {
      const schema = JSON.parse(readFileSync(sharedData('schemas/schemastore-dependabot-2.0.schema.json'), 'utf8'));
      const validate = new Ajv({ strict: false, logger: false }).compile(schema);
      const configuration: unknown = parse(block('yaml', 'package-ecosystem: docker'));
      expect([validate(configuration), validate.errors]).toEqual([true, null]);
    });
  },
);

function commit(directory: string, message: string): void {
  const author = ['-c', 'user.name=bot', '-c', 'user.email=bot@example.com'];
  git(directory, ...author, 'commit', '--quiet', '--allow-empty', '--message', message);
}
