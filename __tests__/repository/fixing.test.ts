import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { check } from '../../src/cli/check.js';
import { fix } from '../../src/cli/fix.js';
import { runCommand } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/rules', import.meta.url));
const POLICY = '.github/base-image-gate.yml';
const CLEAN = fromOf('Dockerfile');
const IMAGE = CLEAN.replace('FROM ', '');

/** The FROM of an example. */
function fromOf(file: string): string {
  return /^FROM .+$/m.exec(readFileSync(join(EXAMPLE, file), 'utf8'))?.[0] ?? '';
}

function failing(rule: string): string {
  return fromOf(`fails/${rule}.Dockerfile`);
}

interface Fixed {
  readonly dockerfile: string;
  /** What is put into the policy under `rules:`, or appended to it. */
  readonly rules?: string;
  readonly policy?: string;
  readonly replaced?: readonly [string | RegExp, string];
  readonly flags?: readonly string[];
}

function repositoryWith({ dockerfile, rules, policy, replaced }: Fixed): string {
  const directory = makeDirectory({ Dockerfile: `${dockerfile}\n` });
  mkdirSync(join(directory, '.github'));
  cpSync(join(EXAMPLE, '.github'), join(directory, '.github'), { recursive: true });
  let text = readFileSync(join(directory, POLICY), 'utf8')
    .replaceAll('layout: registry', `layout: ${JSON.stringify(join(EXAMPLE, 'registry'))}`)
    .replace('directory: vulnerabilities', `directory: ${JSON.stringify(join(EXAMPLE, 'vulnerabilities'))}`);
  if (replaced !== undefined) text = text.replace(replaced[0], replaced[1]);
  if (rules !== undefined) text = text.replace(/^rules:$/m, `rules:\n  ${rules}`);
  writeFileSync(join(directory, POLICY), `${text}${policy ?? ''}\n`);
  return directory;
}

function waiver(rule: string, scope: string): string {
  return `  - { rule: ${rule}, ${scope}, reason: the reason, owner: "@acme/platform", expires: ${inThirtyDays()} }\n`;
}

function inThirtyDays(): string {
  return new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
}

describe('what the page of a rule says to do about a finding makes its example pass', () => {
  test.each<readonly [string, string, Fixed]>([
    ['allowed-base', 'an image that the allowlist names', { dockerfile: CLEAN }],
    ['allowed-frontend', 'no syntax line', { dockerfile: CLEAN }],
    [
      'denied-base',
      'a waiver',
      {
        dockerfile: failing('denied-base'),
        policy: `waivers:\n${waiver('denied-base', 'image: demo.example/rules/retired')}`,
      },
    ],
    [
      'distroless',
      'the tools in a stage before',
      { dockerfile: `${failing('distroless')} AS build\n${CLEAN}\nCOPY --from=build /app /app` },
    ],
    ['fresh', 'a newer image', { dockerfile: CLEAN }],
    [
      'from-wolfi',
      'the claim out of the entry',
      { dockerfile: failing('from-wolfi'), replaced: ['wolfi: true', 'wolfi: false'] },
    ],
    [
      'hardened-configuration',
      'the files allowed by path',
      {
        dockerfile: failing('hardened-configuration'),
        rules: 'hardened-configuration: { allow-files: [/usr/bin/tini] }',
      },
    ],
    [
      'known-reference',
      'the value reported on the command line',
      {
        dockerfile: 'ARG BASE\nFROM $' + '{BASE}',
        flags: ['--build-arg', `BASE=${IMAGE}`],
        policy: `waivers:\n${waiver('overridable-base', 'file: Dockerfile')}`,
      },
    ],
    [
      'minimal',
      'budgets that fit',
      {
        dockerfile: failing('minimal'),
        replaced: ['minimal: { max-packages: 10 }', 'minimal: { max-packages: 120, max-megabytes: 250 }'],
      },
    ],
    [
      'no-known-vulnerabilities',
      'a waiver for the one',
      {
        dockerfile: failing('no-known-vulnerabilities'),
        policy: `waivers:\n${waiver('no-known-vulnerabilities', 'vulnerability: EXAMPLE-2026-0003')}`,
      },
    ],
    [
      'no-secrets',
      'a variable that is no secret allowed by name',
      { dockerfile: failing('no-secrets'), rules: 'no-secrets: { allow-variables: [SMTP_PASSWORD] }' },
    ],
    ['non-root', 'USER with a number', { dockerfile: `${CLEAN}\nUSER 65532:65532` }],
    ['overridable-base', 'the image in FROM itself', { dockerfile: CLEAN }],
    [
      'overridable-base',
      'the value in the policy, and a waiver',
      {
        dockerfile: 'ARG BASE\nFROM $' + '{BASE}',
        policy: `files: { build-args: { Dockerfile: { BASE: "${IMAGE}" } } }\nwaivers:\n${waiver('overridable-base', 'file: Dockerfile')}`,
      },
    ],
    [
      'readable-build-file',
      'a file that is no Dockerfile left out',
      { dockerfile: 'FORM x', policy: 'files: { exclude: [Dockerfile] }' },
    ],
    [
      'sbom-attested',
      'a waiver for each rule that asks for the SBOM',
      {
        dockerfile: failing('sbom-attested'),
        policy: `waivers:\n${['sbom-attested', 'sbom-complete', 'sbom-matches-image'].map((rule) => waiver(rule, 'image: demo.example/rules/no-sbom')).join('')}`,
      },
    ],
    [
      'sbom-complete',
      'a threshold that the publisher meets',
      { dockerfile: failing('sbom-complete'), replaced: ['{ license: 90 }', '{ license: 0 }'] },
    ],
    [
      'supported',
      'the last day of extended support',
      { dockerfile: failing('supported'), rules: `supported: { last-days: { "nodejs 18": "${inThirtyDays()}" } }` },
    ],
  ])('the failure of %s is fixed by %s', async (_, __, fixed) => {
    const { stdout } = await runCommand(check, repositoryWith(fixed), ...(fixed.flags ?? []));
    expect(stdout).toMatch(/^PASS: /);
  });

  test.each([
    ['pinned-by-digest', failing('pinned-by-digest')],
    ['current', failing('current').replace(/@.*/, '')],
    ['allowed-frontend', `# syntax=docker/dockerfile:1\n${CLEAN}`],
  ])('the failure of %s is fixed by fix --pin --write', async (_, dockerfile) => {
    const directory = repositoryWith({ dockerfile });
    expect((await runCommand(fix, directory, '--pin', '--write')).code).toBe(0);
    expect((await runCommand(check, directory)).stdout).toMatch(/^PASS: /);
  });

  test('supported: the finding names the key under which the policy says until when', async () => {
    const { stdout } = await runCommand(check, repositoryWith({ dockerfile: failing('supported') }));
    expect(stdout).toContain('supported: { last-days: { "nodejs 18": "YYYY-MM-DD" } }');
  });

  test('allowed-base: nobody is reported to have an image added that the denylist names', async () => {
    const dockerfile = failing('allowed-base');
    const asked = (stdout: string) => stdout.includes("or ask the policy's owners to add this one.");
    const { stdout } = await runCommand(check, repositoryWith({ dockerfile }));
    expect(asked(stdout)).toBe(true);
    const replaced = ['deny:', 'deny:\n  - { image: node, reason: use our own }'] as const;
    const denied = await runCommand(check, repositoryWith({ dockerfile, replaced }));
    expect(denied.stdout).toContain('✗ denied-base');
    expect(asked(denied.stdout)).toBe(false);
  });

  test('sbom-complete: what is lacking comes first', async () => {
    const directory = repositoryWith({ dockerfile: failing('sbom-complete') });
    const { stdout } = await runCommand(check, directory, '--details');
    expect(stdout).toContain('\n      - license: 0 of 3\n      - author: ');
  });

  test('readable-build-file: is reported once, and as what was not evaluated', async () => {
    const { stdout } = await runCommand(check, repositoryWith({ dockerfile: 'FORM x' }));
    expect(stdout.match(/"FORM" is not an instruction/g)).toHaveLength(1);
    expect(stdout).not.toContain('name no external image');
  });
});
