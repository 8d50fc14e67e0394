// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows, variables of Compose files
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readRepository } from '../../src/build-files/read.js';
import type { Reading, ReadingOptions } from '../../src/build-files/reading.js';
import { buildsInWorkflow } from '../../src/build-files/workflow/workflow-builds.js';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import '../support/property-seed.js';
import { READING_OPTIONS } from '../support/reading-options.js';

const ARM = { os: 'linux', architecture: 'arm64' };

async function readFiles(
  files: Readonly<Record<string, string>>,
  options: Partial<ReadingOptions> = {},
): Promise<Reading> {
  const tree = openWorkingTree(makeDirectory(files), { allFiles: true });
  const reading = await readRepository(tree, { ...READING_OPTIONS, allFiles: true, ...options });
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value;
}

const run = ({ uses }: Reading) => uses.filter(({ role }) => role === 'run');
const images = (reading: Reading) => run(reading).map(({ expanded }) => expanded);

const WORKFLOW = `
env: { REGISTRY: ghcr.io }
jobs:
  test:
    runs-on: ubuntu-24.04-arm
    strategy: { matrix: { node: [18, 20] } }
    container: node:\${{ matrix.node }}
    services:
      db: { image: "postgres:16" }
      queue: { image: '\${{ env.REGISTRY }}/acme/queue:1' }
      input: { image: '\${{ inputs.image }}' }
      none: { image: '' }
    steps:
      - uses: docker://alpine:3.20
      - uses: actions/checkout@v5
`;

describe('images that are run', () => {
  test('a workflow names those of its jobs, services and steps, on the platform of the runner', async () => {
    const uses = run(await readFiles({ '.github/workflows/ci.yml': WORKFLOW }));
    expect(uses.map(({ expanded }) => expanded)).toEqual([
      ...['node:18', 'node:20', 'postgres:16', 'ghcr.io/acme/queue:1', '${{ inputs.image }}', 'alpine:3.20'],
    ]);
    expect(uses.map(({ platform }) => platform)).toEqual(uses.map(() => ARM));
    expect(new Set(uses.map(({ id }) => id)).size).toBe(uses.length);
  });

  test.each([
    ['compose.yaml', 'services: {db: {image: "postgres:${PG:-16}"}}\n', 'postgres:16', 'environment variable PG'],
    ['.devcontainer.json', '{"image": "base:${localEnv:TAG:1}"}', 'base:1', 'environment variable TAG'],
    [
      '.github/workflows/ci.yml',
      'jobs: {t: {runs-on: ubuntu-latest, container: "${{ inputs.image || \'node:20\' }}"}}\n',
      'node:20',
      "${{ inputs.image || 'node:20' }}",
    ],
  ])('one of %s that is known by a default is partly checked', async (path, text, image, decidedBy) => {
    const uses = run(await readFiles({ [path]: text }));
    expect(uses).toMatchObject([{ expanded: image, open: [{ argument: 'image', decidedBy, definition: path }] }]);
    expect(uses[0]?.unresolved).toBeUndefined();
    expect(run(await readFiles({ [path]: text }, { environment: { PG: '17', TAG: '2' } }))).toHaveLength(1);
  });

  test('choices of an input are evaluated, and another may be given', async () => {
    const text = `on: {workflow_dispatch: {inputs: {image: {default: 'a:1', type: choice, options: ['a:1', 'b:2']}}}}
jobs: {t: {runs-on: ubuntu-latest, container: "\${{ inputs.image }}"}}\n`;
    const uses = run(await readFiles({ '.github/workflows/ci.yml': text }));
    expect(uses.map(({ expanded, open }) => [expanded, open?.length])).toEqual([
      ['a:1', 1],
      ['b:2', 1],
    ]);
  });

  test('one whose variable has a value in the repository is fully known', async () => {
    const files = { '.env': 'PG=17\n', 'compose.yaml': 'services: {db: {image: "postgres:${PG:-16}"}}\n' };
    const [use] = run(await readFiles(files));
    expect(use).toMatchObject({ expanded: 'postgres:17' });
    expect(use?.open).toBeUndefined();
  });

  test('each is placed at what names it, without quotes and scheme', async () => {
    const uses = run(await readFiles({ '.github/workflows/ci.yml': WORKFLOW }));
    const lines = WORKFLOW.split('\n');
    for (const { line, column, endColumn, written } of uses) {
      expect(lines[line - 1]?.slice(column - 1, endColumn - 1)).toBe(written);
    }
    expect(uses.map(({ written }) => written)).toContain('alpine:3.20');
    expect(uses.map(({ written }) => written)).toContain('postgres:16');
  });

  test('an expression without a value leaves the reference unresolved, and is named', async () => {
    const uses = run(await readFiles({ '.github/workflows/ci.yml': WORKFLOW }));
    const [unresolved, ...others] = uses.filter(({ reference }) => reference === null);
    expect(unresolved?.unresolved).toContain('inputs.image');
    expect(others).toEqual([]);
  });

  test('an alias is placed where it stands or where it leads, and read', async () => {
    const workflow =
      'jobs:\n  a:\n    container: &image\n      image: node:18\n  b:\n    container: *image\n    steps: []\n';
    const uses = run(await readFiles({ '.github/workflows/ci.yml': workflow }));
    expect(uses.map(({ expanded, line }) => [expanded, line])).toEqual([
      ['node:18', 4],
      ['node:18', 4],
    ]);
  });

  test('actions name the image that they run in, wherever they stand', async () => {
    const reading = await readFiles({
      'ci/pull/action.yml': 'runs: { using: docker, image: "docker://ghcr.io/acme/action:1" }\n',
      'ci/steps/action.yaml': 'runs:\n  using: composite\n  steps:\n    - uses: docker://busybox:1\n',
      'ci/build/action.yml': 'runs: { using: docker, image: Dockerfile }\n',
      'ci/build/Dockerfile': 'FROM alpine:3.20\n',
    });
    expect(images(reading)).toEqual(['ghcr.io/acme/action:1', 'busybox:1']);
  });

  test('a Compose file names what it runs and does not build', async () => {
    const compose = [
      'services:',
      '  app: { build: ., image: acme/app }',
      '  worker: { image: acme/app }',
      '  cache: { image: "redis:${TAG:-7}", platform: linux/arm64 }',
      '  db: { image: "postgres:${VERSION}" }',
    ];
    const reading = await readFiles({ 'compose.yaml': `${compose.join('\n')}\n`, Dockerfile: 'FROM scratch\n' });
    expect(images(reading)).toEqual(['redis:7', 'postgres:']);
    const [redis, postgres] = run(reading);
    expect(redis).toMatchObject({ platform: ARM, instruction: 'IMAGE', stage: null, reachable: true });
    expect(postgres?.unresolved).toContain('VERSION');
  });

  test('a dev container names its image, once where its Compose file is read by itself as well', async () => {
    const reading = await readFiles({
      'a/.devcontainer.json': '{ "image": "mcr.microsoft.com/devcontainers/base:1" }',
      '.devcontainer/devcontainer.json': '{ "dockerComposeFile": "../compose.yaml", "service": "db" }',
      'compose.yaml': 'services:\n  db: { image: "postgres:16" }\n',
    });
    expect(images(reading).sort()).toEqual(['mcr.microsoft.com/devcontainers/base:1', 'postgres:16']);
  });

  test('the policy can leave them out, all or by file, and name those that the repository builds', async () => {
    const files = { 'compose.yaml': 'services: { db: { image: acme/db }, app: { image: acme/app } }\n' };
    expect(images(await readFiles(files, { leavesOutRun: true }))).toEqual([]);
    expect(images(await readFiles(files, { exclude: ['compose.yaml'] }))).toEqual([]);
    expect(images(await readFiles(files, { only: ['Dockerfile'] }))).toEqual([]);
    const buildContexts = { 'acme/db': 'db/Dockerfile', 'acme/app': 'docker-image://acme/other:1' };
    expect(images(await readFiles(files, { buildContexts }))).toEqual(['acme/other:1']);
  });

  test('reading any workflow throws nothing, and places are inside it', async () => {
    const value = fc.oneof(
      fc.constantFrom('node:18', 'docker://a', '${{ inputs.x }}', '${{', ''),
      fc.string({ maxLength: 20 }),
    );
    const workflow = fc.record({
      jobs: fc.dictionary(
        fc.string({ maxLength: 5 }),
        fc.record(
          {
            container: fc.oneof(value, fc.record({ image: value })),
            services: fc.oneof(value, fc.dictionary(fc.string({ maxLength: 4 }), fc.record({ image: value }))),
            steps: fc.array(fc.record({ uses: value }), { maxLength: 3 }),
          },
          { requiredKeys: [] },
        ),
      ),
    });
    await fc.assert(
      fc.asyncProperty(workflow, async (content) => {
        const found = await buildsInWorkflow(Buffer.from(JSON.stringify(content, null, 1)));
        const lines = JSON.stringify(content, null, 1).split('\n').length;
        for (const { line, endLine } of found.images ?? []) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(endLine).toBeLessThanOrEqual(lines);
        }
      }),
      { numRuns: 200 },
    );
  });
});
