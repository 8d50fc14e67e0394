// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of bake and Compose files
import { describe, expect, test } from '@jest/globals';
import { readRepository } from '../../src/build-files/read.js';
import type { Reading, ReadingOptions } from '../../src/build-files/reading.js';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../support/reading-options.js';

async function read(files: Record<string, string>, options: Partial<ReadingOptions> = {}): Promise<Reading> {
  const tree = openWorkingTree(makeDirectory(files), { allFiles: true });
  const reading = await readRepository(tree, { ...READING_OPTIONS, allFiles: true, ...options });
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value;
}

const images = ({ uses }: Reading) => uses.map(({ expanded }) => expanded);
const unreadable = ({ files }: Reading) =>
  files.filter(({ status }) => status === 'unreadable').map(({ path }) => path);

const REGO = 'package docker\n\ndefault allow = false\n\nallow if input.image.host == "docker.io"\n';
const TARGETS = '{ "target": { "app": { "dockerfile": "app.build" } } }';
const HIDDEN = { 'app.build': 'FROM hidden.example/x\n' };

describe('a file with the name of a build file', () => {
  test.each([
    ['Dockerfile.rego', REGO],
    ['src/Dockerfile.json.golden', '{ "SchemaVersion": 2 }\n'],
    ['Dockerfile.test.ts.snap', '// Jest Snapshot v1\n\nexports[`x`] = `y`;\n'],
    ['Dockerfile.py', 'import docker\n'],
    ['docker/Dockerfile.yaml', 'kind: Template\n'],
  ])('is skipped where its ending and its text are those of a program: %s', async (path, text) => {
    const reading = await read({ [path]: text });
    expect(reading.files).toMatchObject([{ path, status: 'skipped', reason: expect.stringContaining('FROM') }]);
  });

  test.each([
    ['dockerfile.json.golden', '{ "SchemaVersion": 2 }\n'],
    ['dockerfile.rego', REGO],
  ])('is none where it is that of a program: %s', async (path, text) => {
    expect((await read({ [path]: text })).files).toEqual([]);
  });

  test.each(['Dockerfile.go', 'Dockerfile.rego', 'Dockerfile.golden', 'Dockerfile.json.golden'])(
    'is read where its text is that of a build file: %s',
    async (path) => {
      expect(images(await read({ [path]: 'FROM hidden.example/x\n' }))).toEqual(['hidden.example/x']);
    },
  );

  test.each([
    ['it is built', { Makefile: 'x:\n\tdocker build -f src/Dockerfile.rego .\n' }, {}],
    ['the policy includes it', {}, { include: ['src/Dockerfile.rego'] }],
  ])('is unreadable where %s', async (_, files, options) => {
    expect(unreadable(await read({ ...files, 'src/Dockerfile.rego': REGO }, options))).toEqual(['src/Dockerfile.rego']);
  });

  test.each([
    ['a FROM that BuildKit refuses', 'package x\nFROM a b c d\n'],
    ['a FROM over lines', 'package x\nFR\\\n# between\nOM evil.example/x\n'],
    ['a FROM over lines with the other escape character', '# escape=`\npackage x\nFR`\nOM evil.example/x\n'],
  ])('is unreadable where a program has %s', async (_, text) => {
    expect(unreadable(await read({ 'src/Dockerfile.rego': text }))).toEqual(['src/Dockerfile.rego']);
  });

  test('is unreadable without a FROM where its ending says nothing', async () => {
    expect(unreadable(await read({ 'parts/Dockerfile.tools': 'RUN apk add curl\n' }))).toEqual([
      'parts/Dockerfile.tools',
    ]);
  });
});

describe('JSON', () => {
  test.each([
    ['an API description', '{ "properties": { "target": { "image": { "context": "x" } } }, "x": "${logs_bucket}" }'],
    ['a project file', '{ "target": "es2022", "context": "x" }'],
    ['a chart', '{ "panels": [{ "target": [{ "args": { "context": 1 } }] }] }'],
    ['a deployment', '{ "target": { "production": { "host": "x", "user": "y" } } }'],
  ])('is no bake file by a word alone: %s', async (_, text) => {
    const { files, builds, unseen } = await read({ 'cloudbuild-api.json': text });
    expect({ files, builds, unseen }).toEqual({ files: [], builds: [], unseen: [] });
  });

  test.each([
    ['any name', 'ci/release.json', TARGETS],
    ['blocks in a list', 'ci/all.json', '[{ "target": [{ "app": [{ "dockerfile": "app.build" }] }] }]'],
    ['an escaped name', 'x.json', TARGETS.replace('target', '\\u0074arget')],
  ])('is a bake file by its targets: %s', async (_, path, text) => {
    const reading = await read({ ...HIDDEN, [path]: text });
    expect(reading.builds).toMatchObject([{ definition: path, name: 'app' }]);
    expect(images(reading)).toEqual(['hidden.example/x']);
  });

  test('is unreadable where it has targets and is not whole', async () => {
    expect(unreadable(await read({ 'ci/release.json': TARGETS.slice(0, -1) }))).toEqual(['ci/release.json']);
  });
});

describe('YAML', () => {
  test('is no Compose file by its name alone', async () => {
    const { files, unseen } = await read({ 'docs/docker_compose_up.yaml': 'command: up\nshort: Builds services\n' });
    expect({ files, unseen }).toEqual({ files: [], unseen: [] });
  });

  test('is an old Compose file by its services', async () => {
    const { unseen } = await read({ 'docs/docker_compose.yaml': 'web:\n  build: .\n' });
    expect(unseen).toMatchObject([{ path: 'docs/docker_compose.yaml', what: expect.stringContaining('version 1') }]);
  });

  test('is read but for a service that another file completes', async () => {
    const text = 'services:\n  web: { build: { dockerfile: ../app.build } }\n  api: { environment: { A: b } }\n';
    const reading = await read({ ...HIDDEN, 'parts/docker-compose.override.yml': text });
    expect(images(reading)).toEqual(['hidden.example/x']);
    expect(reading.unseen).toEqual([]);
  });

  test('is named where a service without image and build keeps Compose from building another', async () => {
    const text = 'services:\n  web: { build: { dockerfile: app.build } }\n  api: { environment: { A: b } }\n';
    expect(unreadable(await read({ ...HIDDEN, 'compose.yaml': text }))).toEqual(['compose.yaml']);
  });

  test('is read over the default file whose service it changes', async () => {
    const reading = await read({
      'web/app.build': 'ARG BASE=alpine\nFROM $BASE\n',
      'compose.yaml': 'services:\n  web: { build: { context: web, dockerfile: app.build } }\n',
      'compose.prod.yaml': 'services:\n  web: { build: { args: { BASE: evil.example/x } } }\n',
    });
    expect(images(reading).sort()).toEqual(['alpine', 'evil.example/x']);
  });

  test('has an image that whoever runs it names', async () => {
    const text = 'services:\n  web: { build: { dockerfile: app.build } }\n  api: { image: "${API}" }\n';
    const { uses } = await read({ ...HIDDEN, 'compose.yaml': text });
    expect(uses.map(({ role, unresolved }) => [role, unresolved])).toEqual([
      ['final', undefined],
      ['run', expect.stringContaining('API')],
    ]);
  });
});
