import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { RUN_MILLISECONDS } from '../../src/lib/run-time.js';
import { GitHubContract } from '../support/github/github-contract.js';
import { fencedBlocks } from '../support/markdown-blocks.js';

const page = readFileSync(new URL('../../docs/required-check.md', import.meta.url), 'utf8');
const VALUES: Readonly<Record<string, string>> = {
  OWNER: 'acme',
  REPO: 'shop',
  ORG: 'acme',
  ACTIONS: '1',
  POLICIES: '2',
};

const filled = (text: string): string => text.replace(/\$([A-Z]+)\b/g, (whole, name: string) => VALUES[name] ?? whole);

/** The POST that a `gh api` command of the page makes. */
function requestOf(block: string): { method: string; target: string; body: string } {
  const match = /^gh api --method (POST) "([^"]+)" --input - <<JSON\n([\s\S]*?)\nJSON$/m.exec(block);
  if (match === null) throw new Error(`no request in ${block}`);
  const [, method = '', path = '', body = ''] = match;
  return { method, target: `/${filled(path)}`, body: filled(body) };
}

describe('the commands of docs/required-check.md', () => {
  const commands = fencedBlocks(page, 'sh').map(requestOf);
  const contract = new GitHubContract();

  test.each([
    ['the branch ruleset of a repository', 0, 'repos/create-repo-ruleset'],
    ['the organization ruleset', 1, 'repos/create-org-ruleset'],
  ] as const)('%s is as GitHub describes it', (_what, index, operation) => {
    const request = commands[index];
    expect(request && contract.check(request)).toMatchObject({ operation, violations: [] });
  });

  test('would be refused with a parameter left out or misspelt', () => {
    const [repository] = commands;
    for (const [from, to] of [
      ['"strict_required_status_checks_policy": false,', ''],
      ['"enforcement": "active"', '"enforcement": "on"'],
      ['"required_approving_review_count": 1', '"required_approving_review_count": "one"'],
    ] as const) {
      const body = repository?.body.replace(from, to) ?? '';
      expect(body).not.toBe(repository?.body);
      expect(
        contract.check({ ...commands[0], method: 'POST', target: '/repos/acme/shop/rulesets', body })?.violations,
      ).not.toEqual([]);
    }
  });

  test('leave the gate the time to say that it was stopped', () => {
    const minutes = fencedBlocks(page, 'yaml').flatMap((block) => /timeout-minutes: ([0-9]+)/.exec(block)?.[1] ?? []);
    expect(minutes).toHaveLength(3);
    for (const shown of minutes) expect(Number(shown) * 60_000).toBeGreaterThan(RUN_MILLISECONDS + 60_000);
  });

  test('require the name that the workflow’s job has', () => {
    const context = JSON.parse(commands[0]?.body ?? '').rules[0].parameters.required_status_checks[0].context;
    for (const workflow of fencedBlocks(page, 'yaml')) expect(workflow).toContain(`    name: ${context}\n`);
  });
});
