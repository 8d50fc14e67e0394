import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { policyTest } from '../../src/cli/policy-test.js';
import { runCommand } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';

const WORKFLOW = 'https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main';
const ISSUER = 'https://token.actions.githubusercontent.com';
const POLICY = `version: 1
profile: hardened
allow:
  - image: ghcr.io/acme/base/**
    authorities:
      - keyless: { issuer: ${ISSUER}, subject: ${WORKFLOW} }
  - { catalog: chainguard }
deny: [{ image: ghcr.io/acme/base/old, reason: replaced }]
rules: { fresh: { level: error, enforce-from: 2027-01-31 } }
max-waiver-days: 3650
waivers:
  - { rule: no-known-vulnerabilities, image: ghcr.io/acme/base/app, vulnerability: CVE-2026-1, reason: r, owner: o, expires: 2027-06-30 }
`;
const APP = `ghcr.io/acme/base/app:1@sha256:${'ab'.repeat(32)}`;

/** Runs one case, given as YAML fields, over the policy. */
function run(fields: string, ...args: readonly string[]) {
  const directory = makeDirectory({
    '.github/base-image-gate.yml': POLICY,
    '.github/base-image-gate.test.yml': `version: 1\ncases:\n  - { name: a case, ${fields} }\n`,
  });
  return runCommand(policyTest, directory, ...args);
}

const signed = (subject: string) => `signed-by: [{ issuer: "${ISSUER}", subject: "${subject}" }]`;

describe('policy test', () => {
  test.each([
    ['an allowed image passes', `image: "${APP}", expect: pass`],
    ['an unlisted one fails by the allowlist', 'image: alpine, expect: fail, rules: { allowed-base: fail }'],
    [
      'a denied one fails and is not opened',
      'image: "ghcr.io/acme/base/old", expect: fail, rules: { denied-base: fail, non-root: skipped }',
    ],
    [
      'the signer of the entry counts',
      `image: "${APP}", ${signed(WORKFLOW)}, expect: pass, rules: { signature-verified: pass }`,
    ],
    [
      'another branch of it does not',
      `image: "${APP}", ${signed(WORKFLOW.replace('main', 'dev'))}, expect: fail, rules: { signature-verified: fail }`,
    ],
    ['nobody is no signer', `image: "${APP}", signed-by: [], expect: fail`],
    ['a key is no signer where the entry has none', `image: "${APP}", signed-by: [{ key: base.pub }], expect: fail`],
    ['a registry that does not answer decides nothing', `image: "${APP}", unreachable: true, expect: indeterminate`],
    [
      'a rule that looks into the image answers what the case says',
      `image: "${APP}", answers: { non-root: fail }, expect: fail`,
    ],
    ['a level that only warns fails nothing', `image: "${APP}", answers: { intact: fail }, expect: pass`],
    ['a role has its own levels', `image: "${APP}", role: build, answers: { non-root: fail }, expect: pass`],
    [
      'a waiver covers what it names',
      `image: "${APP}", on: 2027-01-01, answers: { no-known-vulnerabilities: { outcome: fail, vulnerabilities: [CVE-2026-1] } }, expect: pass`,
    ],
    [
      'a waiver covers nothing else',
      `image: "${APP}", on: 2027-01-01, answers: { no-known-vulnerabilities: { outcome: fail, vulnerabilities: [CVE-2026-2] } }, expect: fail`,
    ],
    [
      'a waiver ends',
      `image: "${APP}", on: 2027-07-01, answers: { no-known-vulnerabilities: { outcome: fail, vulnerabilities: [CVE-2026-1] } }, expect: fail`,
    ],
    ['a phase warns before its day', `image: "${APP}", on: 2027-01-30, answers: { fresh: fail }, expect: pass`],
    ['a phase blocks on its day', `image: "${APP}", on: 2027-01-31, answers: { fresh: fail }, expect: fail`],
  ])('runs %s', async (_, fields) => {
    const { code, stdout, stderr } = await run(fields);
    expect([code, stderr, stdout]).toEqual([0, '', expect.stringContaining('1 case, all as expected')]);
  });

  test('exits 1 and shows what differs, with the answers that decide', async () => {
    const { code, stdout } = await run(`image: alpine, expect: pass, rules: { denied-base: fail }`);
    expect(code).toBe(1);
    expect(stdout).toContain('FAIL  a case\n      expected pass, is fail\n      allowed-base is fail: ');
    expect(stdout).toContain('denied-base expected fail, is pass: ');
    expect(stdout).toContain('1 case, 1 not as expected');
  });

  test('runs the cases of its documentation', async () => {
    const page = readFileSync(new URL('../../docs/policy-test.md', import.meta.url), 'utf8');
    const cases = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const directory = makeDirectory({ '.github/base-image-gate.yml': POLICY, 'cases.yml': cases });
    const { code, stdout } = await runCommand(policyTest, directory, 'cases.yml');
    expect([code, stdout]).toEqual([0, expect.stringContaining('3 cases, all as expected')]);
  });

  test('writes JSON and JUnit XML', async () => {
    const json = await run('image: alpine, expect: pass', '--format', 'json');
    expect(z.looseObject({ cases: z.array(z.looseObject({})) }).parse(JSON.parse(json.stdout)).cases).toEqual([
      expect.objectContaining({ name: 'a case', expect: 'pass', verdict: 'fail' }),
    ]);
    const junit = await run('image: alpine, expect: pass', '--format', 'junit');
    expect(junit.stdout).toContain('<failure message="expected pass, is fail" type="fail">');
    expect([json.code, junit.code]).toEqual([1, 1]);
  });

  test.each([
    ['an unknown key', 'image: alpine, expected: pass, expect: pass', 'expected'],
    ['a rule whose outcome is evaluated', 'image: alpine, answers: { denied-base: fail }, expect: pass', 'denied-base'],
    ['an unknown verdict', 'image: alpine, expect: green', 'expect'],
    ['a day that is none', 'image: alpine, on: 2027-02-30, expect: pass', 'on'],
    ['an image that is none', 'image: "A:", expect: pass', 'is not an image reference'],
  ])('refuses %s', async (_, fields, message) => {
    const { code, stdout, stderr } = await run(fields);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(message);
  });

  test('refuses a file that is not there, and one without cases', async () => {
    const directory = makeDirectory({ 'empty.yml': 'version: 1\ncases: []\n' });
    const missing = await runCommand(policyTest, directory);
    expect([missing.code, missing.stderr]).toEqual([3, expect.stringContaining('there is no such file')]);
    expect((await runCommand(policyTest, directory, 'empty.yml')).code).toBe(3);
  });
});
