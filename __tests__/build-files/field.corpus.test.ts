import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { readRepository } from '../../src/build-files/read.js';
import type { Reading, ReadingOptions } from '../../src/build-files/reading.js';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { loadCatalog } from '../../src/catalog/catalog.js';
import { fix } from '../../src/cli/fix.js';
import { proposePolicy } from '../../src/policy/propose.js';
import { gateRun } from '../support/gate-run.js';
import { runCommand } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../support/reading-options.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

const CASES = 'field/build-files';

async function readCase(name: string, options: Partial<ReadingOptions> = {}): Promise<Reading> {
  const tree = openWorkingTree(sharedData(`${CASES}/${name}`), { allFiles: true });
  const reading = await readRepository(tree, { ...READING_OPTIONS, allFiles: true, ...options });
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value;
}

const images = ({ uses }: Reading) => uses.map(({ expanded }) => expanded);
const statusOf = ({ files }: Reading, path: string) => files.find((file) => file.path === path)?.status;
const named = ({ unseen }: Reading) => unseen.map(({ path, what }) => `${path} ${what}`).join('\n');

/** What the expected.txt of each case says, as far as it is about reading. */
describeWithSharedData(CASES, 'build definitions seen in the field', () => {
  test.each([1, 2, 3, 4, 5, 6])('build-command-0%i: the file that the command names is read', async (number) => {
    expect(images(await readCase(`build-command-0${number}`))).toContain('hidden.example/x:1');
  });

  test.each([
    ['compose-literal-args', 'altinity/clickhouse-server:25.8'],
    ['compose-merge-key', 'evil.example/x'],
    ['input-case', 'evil.example/hidden:1'],
    ['local-action-outside-github', 'hidden.example/x:1'],
    ['podman-from', 'evil.example/hidden:1'],
    ['podman-argfile', 'evil.example/hidden:1'],
    ['workflow-over-100-aliases-silent', 'evil.example/x'],
    ['arg-selects-stage-not-overridable', 'evil.example/x'],
  ])('%s: %s is listed', async (name, image) => {
    expect(images(await readCase(name))).toContain(image);
  });

  test('cpp-include: the file is read as the preprocessor passes it on, never as a plain file', async () => {
    const reading = await readCase('cpp-include');
    expect(statusOf(reading, 'Containerfile.in')).toBe('skipped');
    expect(reading.uses.map(({ expanded, role }) => [expanded, role])).toContainEqual([
      'evil.example/hidden:1',
      'final',
    ]);
  });

  test('names: each is read or named', async () => {
    const reading = await readCase('names');
    const names = [
      ...['Dockerfile-3.12', 'Dockerfile-alpine3.19', 'Dockerfile2', 'DockerfileDev', 'api.DOCKERFILE'],
      ...['app.Containerfile', 'app.containerfile', 'containerfile.dev', 'dockerfile.dev'],
    ];
    expect(names.map((name) => statusOf(reading, name))).toEqual(names.map(() => 'read'));
    expect(named(reading)).toContain('api-dockerfile has the name of a build file');
  });

  test('templates: templates and prose are skipped', async () => {
    const reading = await readCase('templates');
    const names = ['Dockerfile.jinja2', 'Dockerfile.md', 'Dockerfile.tpl'];
    expect(names.map((name) => statusOf(reading, name))).toEqual(names.map(() => 'skipped'));
  });

  test('unresolved-reason: the reason names the argument without a value', async () => {
    const { uses } = await readCase('unresolved-reason');
    const reasons = uses.map(({ unresolved = '' }) => unresolved);
    expect(reasons.some((reason) => reason.includes('NS') && reason.includes('VER'))).toBe(true);
    expect(reasons.some((reason) => reason.includes('PROJECT_ID'))).toBe(true);
  });

  test('platform-osfeatures: the platform is known', async () => {
    const [use] = (await readCase('platform-osfeatures')).uses;
    expect(use).toMatchObject({
      expanded: 'registry.example/x:1',
      platform: { os: 'windows', architecture: 'amd64' },
    });
    expect(use?.unresolved).toBeUndefined();
  });

  test('frontend-named-context: a named context takes the place of the frontend', async () => {
    const frontends = async (options: Partial<ReadingOptions>) =>
      (await readCase('frontend-named-context', options)).uses.flatMap(({ role, expanded }) =>
        role === 'frontend' ? [expanded] : [],
      );
    expect(await frontends({})).toContain('evil.example/frontend:1');
    const buildContexts = { 'docker/dockerfile:1': 'docker-image://evil.example/frontend:1' };
    expect(await frontends({ buildContexts })).toEqual(['evil.example/frontend:1']);
  });

  test('old-frontend-heredoc: what an old frontend reads is listed', async () => {
    expect(images(await readCase('old-frontend-heredoc'))).toContain('evil.example/hidden:1');
  });

  test('port-leading-zero: every spelling of a denied registry is denied', async () => {
    const directory = sharedData(`${CASES}/port-leading-zero`);
    const policy = readFileSync(`${directory}/.github/base-image-gate.yml`, 'utf8');
    const report = await gateRun({ files: openWorkingTree(directory, { allFiles: true }), policy });
    const denied = report.answers.filter(({ rule, outcome }) => rule === 'denied-base' && outcome === 'fail');
    expect(denied.map(({ location }) => location.line)).toEqual([1, 2, 3]);
  });

  test('arg-selects-stage-not-overridable: an argument that chooses the stage can replace the image', async () => {
    const { uses } = await readCase('arg-selects-stage-not-overridable');
    expect(uses.find(({ expanded }) => expanded === 'alpine:3')?.overridable).toContain('ROOT_IMAGE');
  });

  test('bare-local-image: init proposes a context for what the repository builds itself', async () => {
    const policy = proposePolicy(await readCase('bare-local-image'), loadCatalog());
    expect(policy).toContain('myapp-base: "base.Dockerfile"');
    expect(policy).not.toContain('library/myapp-base');
  });

  test('init-leaves-unreadable: its own policy leaves nothing unreadable', async () => {
    const files = openWorkingTree(sharedData(`${CASES}/init-leaves-unreadable`), { allFiles: true });
    const policy = proposePolicy(await readCase('init-leaves-unreadable'), loadCatalog());
    const report = await gateRun({ files, policy });
    expect(report.files.map(({ path, status }) => [path, status])).toEqual([
      ['Dockerfile', 'read'],
      ['testdata/Dockerfile.linux', 'skipped'],
    ]);
    const readable = report.answers.filter(({ rule }) => rule === 'readable-build-file');
    expect(readable.map(({ outcome }) => outcome).sort()).toEqual(['not-applicable', 'pass']);
  });

  test('diff-not-utf8: the diff is accepted by git, or says to use --write', async () => {
    const directory = makeDirectory({});
    cpSync(fileURLToPath(new URL('../../examples/storefront', import.meta.url)), directory, { recursive: true });
    cpSync(sharedData(`${CASES}/diff-not-utf8/Dockerfile`), join(directory, 'Dockerfile'));
    const { stdout, stderr } = await runCommand(fix, directory, '.', '--offline', '--all-files', '--pin', '--diff');
    const applied = spawnSync('git', ['apply', '--check', '-'], { cwd: directory, input: stdout, encoding: 'utf8' });
    // There is nothing to apply where the file that git could not apply to is the only one.
    if (stdout !== '') expect([applied.status, applied.stderr]).toEqual([0, '']);
    if (!stdout.includes('+++ b/Dockerfile')) expect(stderr).toMatch(/Dockerfile.*--write/);
  });
});
