import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  groupMissingPermissions,
  requestedByReport,
  requestedPermissions,
} from '../../../src/github/event/requested-permissions.js';
import { type GitHubError, missingPermission } from '../../../src/github/repository/github-error.js';

const QUIET = { comment: 'never', reviewSuggestions: false, trackingIssue: false, sarif: false } as const;

describe('the permissions that the inputs ask for', () => {
  test.each([
    [{}, ['contents: read']],
    [{ comment: 'on-failure' }, ['contents: read', 'pull-requests: write']],
    [{ reviewSuggestions: true }, ['contents: read', 'pull-requests: write']],
    [{ sarif: true, trackingIssue: true }, ['contents: read', 'security-events: write', 'issues: write']],
  ] as const)('are found for %j', (inputs, expected) => {
    expect(requestedPermissions({ ...QUIET, ...inputs })).toEqual(expected);
  });

  test('are found for the report action', () => {
    const inputs = { report: null, artifact: 'a', comment: 'always', commentKey: 'default', sarif: true } as const;
    const whole = ['actions: read', 'contents: read', 'pull-requests: write', 'security-events: write'];
    expect(requestedByReport(inputs)).toEqual(whole);
    const fromFile = { ...inputs, report: 'report.json', comment: 'never', sarif: false } as const;
    expect(requestedByReport(fromFile)).toEqual(['contents: read', 'pull-requests: read']);
  });
});

test('the README says what each of them is for', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const rows = Array.from(readme.matchAll(/^\| `([a-z-]+: (?:read|write))` +\|/gm), ([, permission]) => permission);
  const everything = { comment: 'always', reviewSuggestions: true, trackingIssue: true, sarif: true } as const;
  // The gate asks GitHub for no package: a login to ghcr.io with the token does.
  expect(rows).toEqual([...requestedPermissions(everything), 'packages: read']);
});

describe('what a token lacks', () => {
  const post = missingPermission({ doing: 'post the comment', permission: 'pull-requests: write' });
  const upload = missingPermission({ doing: 'upload', permission: 'security-events: write' });
  const read = missingPermission({ doing: 'read pull request 7', permission: 'pull-requests: read' });
  const broken: GitHubError = { code: 'server-error', doing: 'upload', message: 'It failed.', fix: 'Try again.' };

  test('is reported once, with every line that the job needs and none that would take others away', () => {
    const [reported, ...others] = groupMissingPermissions([post, upload, post], ['contents: read', 'issues: write']);
    expect(others).toEqual([]);
    expect(reported?.message).toBe(
      'Could not post the comment and upload: the token lacks `pull-requests: write` and `security-events: write`.',
    );
    const lines = '  contents: read\n  issues: write\n  pull-requests: write\n  security-events: write';
    expect(reported?.fix).toMatch(/^[^\n]+\n\npermissions:\n/);
    expect(reported?.fix.split('permissions:\n')[1]).toBe(lines);
  });

  test('never names a scope twice', () => {
    const [reported] = groupMissingPermissions([read], ['contents: read', 'pull-requests: write']);
    expect(reported?.fix.match(/pull-requests/g)).toEqual(['pull-requests']);
    expect(reported?.fix).toContain('pull-requests: write');
  });

  test('leaves other errors as they are', () => {
    expect(groupMissingPermissions([broken], ['contents: read'])).toEqual([broken]);
    expect(groupMissingPermissions([broken, post], ['contents: read'])).toHaveLength(2);
  });
});
