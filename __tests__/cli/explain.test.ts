import { describe, expect, test } from '@jest/globals';
import { explainCommand } from '../../src/cli/explain.js';
import { explanationSchema } from '../../src/reports/explanation.js';
import { runCommand } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { schemaErrors } from '../support/published-schema.js';

const SIGNER =
  '{ issuer: https://token.actions.githubusercontent.com, subject: https://github.com/acme/a/.github/workflows/r.yml@refs/heads/main }';

/** What `explain --format json` prints of a policy, held to its published schema. */
async function explained(policy: string, ...args: readonly string[]) {
  const directory = makeDirectory({ '.github/base-image-gate.yml': `version: 1\n${policy}` });
  const { code, stdout, stderr } = await runCommand(explainCommand, directory, '--format', 'json', ...args);
  expect([code, stderr]).toEqual([0, '']);
  const document: unknown = JSON.parse(stdout);
  expect(schemaErrors('explain.schema.json', document)).toEqual([]);
  return explanationSchema.parse(document);
}

const ruleIn = ({ rules }: Awaited<ReturnType<typeof explained>>, id: string) => rules.find(({ rule }) => rule === id);

describe('explain IMAGE', () => {
  test('names the allow entry with the longest prefix, the others, and its signers', async () => {
    const document = await explained(
      `allow:\n  - image: ghcr.io/acme/**\n    signed: false\n    reason: old\n  - image: ghcr.io/acme/base/**\n    authorities:\n      - keyless: ${SIGNER}\n`,
      'ghcr.io/acme/base/app:1',
    );
    expect(document.entry).toMatchObject({ name: 'allow[1]', pattern: 'ghcr.io/acme/base/**', at: { line: 6 } });
    expect(document.otherEntries.map(({ name }) => name)).toEqual(['allow[0]']);
    expect(document.signers).toMatchObject({ namedBy: 'allow[1]', signed: true, require: 1 });
    expect(document.signers?.authorities).toHaveLength(1);
  });

  test('names the catalog where the policy does not say who signs', async () => {
    const document = await explained('', 'cgr.dev/chainguard/node');
    expect(document).toMatchObject({
      allowlist: false,
      entry: null,
      publisher: { id: 'chainguard', verifiable: true },
    });
    expect(document.signers?.namedBy).toBe("the catalog's chainguard");
    expect(ruleIn(document, 'signature-verified')).toMatchObject({ level: 'error', decidedBy: 'profile' });
  });

  test('shows the lower level of a signature that nobody is named for', async () => {
    const document = await explained('', 'example.com/app');
    expect(ruleIn(document, 'signature-verified')).toMatchObject({ level: 'note', decidedBy: 'publisher' });
    expect(document).toMatchObject({ signers: null, registry: { host: 'example.com', contacted: false } });
  });

  test('says whether a level comes from profile, rules or roles, and which options differ', async () => {
    const policy =
      'profile: hardened\nrules: { fresh: { level: error, max-age: 3d }, current: off }\nroles: { build: { rules: { fresh: note } } }\n';
    const document = await explained(policy, 'alpine', '--role', 'build');
    expect(ruleIn(document, 'fresh')).toMatchObject({ level: 'note', decidedBy: 'roles' });
    expect(ruleIn(document, 'current')).toMatchObject({ level: 'off', decidedBy: 'rules', profileLevel: 'note' });
    expect(ruleIn(document, 'denied-base')).toMatchObject({ level: 'error', decidedBy: 'profile', changedOptions: [] });
    const final = await explained(policy, 'alpine');
    expect(ruleIn(final, 'fresh')).toMatchObject({ level: 'error', decidedBy: 'rules', profileLevel: 'warning' });
    expect(ruleIn(final, 'fresh')?.changedOptions).toHaveLength(1);
  });

  test('keeps what `rules` says from raising a rule for images that are only run', async () => {
    const document = await explained('rules: { pinned-by-digest: error }\n', 'alpine', '--role', 'run');
    expect(ruleIn(document, 'pinned-by-digest')).toMatchObject({ level: 'note', decidedBy: 'profile' });
  });

  test('shows a denial under the name that a mirror gives the image', async () => {
    const document = await explained(
      'deny: [{ image: "docker.io/bitnamilegacy/**", reason: gone }]\nregistries: { "mirror.example.com/hub": { mirror-of: docker.io } }\n',
      'mirror.example.com/hub/bitnamilegacy/redis',
    );
    expect(document).toMatchObject({
      reference: 'docker.io/bitnamilegacy/redis:latest',
      pulledFrom: 'mirror.example.com/hub/bitnamilegacy/redis:latest',
      denied: { pattern: 'docker.io/bitnamilegacy/**', reason: 'gone' },
    });
  });

  test('lists waivers of the image, those that hold and those that have expired', async () => {
    const waiver = (image: string, expires: string) =>
      `  - { rule: fresh, image: ${image}, reason: soon, owner: "@acme/a", expires: ${expires} }\n`;
    const document = await explained(
      `max-waiver-days: 3650\nwaivers:\n${waiver('alpine', '2020-01-01')}${waiver('alpine', soon())}${waiver('debian', soon())}`,
      'alpine',
    );
    expect(document.waivers.map(({ image, state }) => [image, state])).toEqual([
      ['alpine', 'expired'],
      ['alpine', 'holds'],
    ]);
  });

  test('prints the same for people, without control characters', async () => {
    const directory = makeDirectory({
      'p.yml':
        'version: 1\nprofile: strict\nallow:\n  - { image: "a.example/**", signed: false, reason: "\\e[31mred" }\n',
    });
    const { code, stdout } = await runCommand(explainCommand, directory, 'a.example/x', '--policy', 'p.yml');
    expect(code).toBe(0);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('allow[0] (`a.example/**`), p.yml:4');
    expect(stdout).toMatch(/error {4}denied-base +profile strict/);
  });

  test.each([
    ['what is no reference', ['UPPER/x:']],
    ['an unknown role', ['alpine', '--role', 'base']],
    ['an unknown profile', ['alpine', '--profile', 'lax']],
    ['a missing policy', ['alpine', '--policy', 'none.yml']],
    ['no image', []],
  ])('refuses %s', async (_, args) => {
    const { code, stdout } = await runCommand(explainCommand, makeDirectory({}), ...args);
    expect([code, stdout]).toEqual([3, '']);
  });

  test('refuses a policy of another repository where it is offline', async () => {
    const directory = makeDirectory({
      '.github/base-image-gate.yml': 'version: 1\nextends: acme/policies/base.yml@main\n',
    });
    const { code, stderr } = await runCommand(explainCommand, directory, 'alpine', '--offline');
    expect(code).toBe(3);
    expect(stderr).toContain('--offline');
  });
});

function soon(): string {
  return new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
}
