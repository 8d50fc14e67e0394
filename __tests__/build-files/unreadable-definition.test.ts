import { describe, expect, test } from '@jest/globals';
import { gateRun } from '../support/gate-run.js';

const POLICY = 'allow: [{ image: "demo.example/**", signed: false, reason: ours }]\n';
/** As many YAML aliases as multiply to more than anybody reads. */
const ALIASES = `a: &a [x, x, x, x, x, x, x, x, x, x]\n${'bcdefg'
  .split('')
  .map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdef'[index]}`).join(', ')}]`)
  .join('\n')}\n`;
const RUNS_DOCKER = 'script: docker build -f evil.txt .\n';
const DEEP = `a: ${'['.repeat(20_000)}\n`;

async function evaluated(files: Record<string, string>, profile = 'strict', more = '') {
  return await gateRun({
    files: { Dockerfile: 'FROM scratch\nUSER 65532\n', ...files },
    policy: `version: 1\nprofile: ${profile}\n${POLICY}${more}`,
  });
}

/** Files of every kind of definition that can't be parsed. */
const UNREADABLE: readonly (readonly [path: string, text: string])[] = [
  ['.github/workflows/ci.yml', 'jobs: {\n'],
  ['.github/workflows/twice.yml', 'jobs: {}\njobs: {}\n'],
  ['.github/workflows/two.yml', 'jobs: {}\n---\njobs: {}\n'],
  ['.github/workflows/aliases.yml', `${ALIASES}jobs: {}\n`],
  ['.github/workflows/anchor.yml', 'jobs: *none\n'],
  ['.github/workflows/deep.yml', DEEP],
  ['action.yml', 'runs: {\n'],
  ['.gitlab-ci.yml', `${RUNS_DOCKER}x: {\n`],
  ['.gitlab-ci.yml', `${RUNS_DOCKER}${ALIASES}`],
  ['.gitlab-ci.yml', `${RUNS_DOCKER}${DEEP}`],
  ['.circleci/config.yml', `${RUNS_DOCKER}x: {\n`],
  ['azure-pipelines.yml', `${RUNS_DOCKER}x: {\n`],
  ['bitbucket-pipelines.yml', `${RUNS_DOCKER}x: {\n`],
  ['.travis.yml', `${RUNS_DOCKER}x: {\n`],
  ['.drone.yml', `${RUNS_DOCKER}x: {\n`],
  ['cloudbuild.yaml', `${RUNS_DOCKER}x: {\n`],
  ['Taskfile.yml', 'tasks: { docker: {\n'],
  ['skaffold.yaml', 'build: { artifacts: [\n'],
  ['.goreleaser.yml', 'dockers:\n  - {\n'],
  ['compose.yaml', 'services: { a: { build: . }\n'],
  ['docker-compose.test.yml', 'services: { a: { build: . }\n'],
  ['docker-bake.hcl', 'target "a" {\n'],
  ['docker-bake.json', '{ "target": { "a": '],
  ['.devcontainer/devcontainer.json', '{ "build": '],
];

describe('a build definition that can not be read', () => {
  test.each(UNREADABLE)('is named with its reason, and does not pass strict: %s (%#)', async (path, text) => {
    const report = await evaluated({ [path]: text });
    expect(report.verdict).toBe('indeterminate');
    expect(report.definitions.filter((definition) => definition.path === path)).toMatchObject([
      { status: 'unreadable', reason: expect.any(String) },
    ]);
  });

  test('is a warning in baseline where tools do not look for it', async () => {
    const [here, there] = await Promise.all([
      evaluated({ 'compose.yaml': 'services: { a: { build: . }\n' }, 'baseline'),
      evaluated({ 'tests/data/compose.yaml': 'services: { a: { build: . }\n' }, 'baseline'),
    ]);
    expect([here.verdict, there.verdict]).toEqual(['indeterminate', 'pass']);
    expect(there.findings).toMatchObject([{ rule: 'readable-build-file', level: 'warning' }]);
  });

  test('is skipped where the policy excludes it', async () => {
    const report = await evaluated(
      { 'x/.gitlab-ci.yml': `${RUNS_DOCKER}x: {\n` },
      'strict',
      'files: { exclude: [x/**] }\n',
    );
    expect(report.verdict).toBe('pass');
    expect(report.files).toContainEqual(expect.objectContaining({ path: 'x/.gitlab-ci.yml', status: 'skipped' }));
  });

  test('is not one that only has tags, comments, an empty document or anchors', async () => {
    const files = {
      '.github/workflows/ci.yml': '---\n# docker build\nx: &x [1]\njobs: { a: { steps: *x } }\n---\n',
      '.gitlab-ci.yml': 'a: { script: [!reference [.b, script], docker info] }\n',
      'Taskfile.yml': "tasks: { a: { cmds: ['docker info {{.X}}'] } }\n",
      'package.json': '{ "scripts": { "x": "docker info" } }',
    };
    expect((await evaluated(files)).verdict).toBe('pass');
  });

  test('is no Dockerfile that nobody builds in baseline, and one in strict', async () => {
    const files = { 'docs/Dockerfile.part': 'FORM x\n' };
    expect((await evaluated(files, 'baseline')).verdict).toBe('pass');
    expect((await evaluated(files, 'strict')).verdict).toBe('indeterminate');
    const built = { ...files, 'build.sh': 'docker build -f docs/Dockerfile.part .\n' };
    expect((await evaluated(built, 'baseline')).verdict).toBe('indeterminate');
  });
});
