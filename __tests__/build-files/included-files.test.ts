// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows, variables of shells
import { describe, expect, test } from '@jest/globals';
import { readRepository } from '../../src/build-files/read.js';
import type { Reading } from '../../src/build-files/reading.js';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../support/reading-options.js';

async function readFiles(files: Readonly<Record<string, string>>): Promise<Reading> {
  const tree = openWorkingTree(makeDirectory(files), { allFiles: true });
  const reading = await readRepository(tree, { ...READING_OPTIONS, allFiles: true });
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value;
}

const built = ({ builds = [] }: Reading) =>
  builds.map(({ definition, line, dockerfile, args }) => [`${definition}:${line}`, dockerfile, args]);
const images = ({ uses }: Reading) => uses.map(({ expanded }) => expanded);
const unseen = (reading: Reading) => reading.unseen.map(({ path, line }) => `${path}:${line ?? ''}`);

describe('a makefile', () => {
  const RULES = 'BASE_IMAGE := debian:12\nimage:\n\tdocker build --build-arg BASE=$(BASE_IMAGE) .\n';

  test.each([
    ['include ../../rules.mk\n'],
    ['-include ../../*.mk\n'],
    ['include $(wildcard ../../*.mk)\n'],
    ['TOP := ../..\ninclude $(TOP)/rules.mk\n'],
    ['include more.mk\n'],
  ])('runs what it includes in its own directory: %j', async (makefile) => {
    const reading = await readFiles({
      'services/api/Makefile': makefile,
      ...(makefile.includes('more.mk') ? { 'services/api/more.mk': 'include ../../rules.mk\n' } : {}),
      'services/api/Dockerfile': 'ARG BASE=node:20\nFROM $BASE\n',
      'rules.mk': RULES,
    });
    expect(built(reading)).toEqual([
      [expect.stringContaining('services/api/Makefile:'), 'services/api/Dockerfile', { BASE: 'debian:12' }],
    ]);
    expect(images(reading)).toContain('debian:12');
  });

  test('that nothing includes runs in its own directory', async () => {
    const reading = await readFiles({ 'rules.mk': RULES, Dockerfile: 'ARG BASE=a\nFROM $BASE\n' });
    expect(built(reading)).toEqual([['rules.mk:3', 'Dockerfile', { BASE: 'debian:12' }]]);
  });

  test('includes itself, or what is not there, without harm', async () => {
    const reading = await readFiles({
      Makefile: 'include Makefile none.mk $(UNKNOWN)/x.mk ../../etc/passwd\na:\n\tdocker build .\n',
      Dockerfile: 'FROM a\n',
    });
    expect(built(reading).map(([, file]) => file)).toContain('Dockerfile');
  });

  test('calls its own functions', async () => {
    const text = `define run
docker build -f $(1) --build-arg BASE=$(2) .
endef
a:\n\t$(call run,Called,debian:$(VERSION))
b: ; $(call run, Called, alpine:3)
VERSION = 12\n`;
    const reading = await readFiles({ Makefile: text, Called: 'ARG BASE\nFROM $BASE\n' });
    expect(images(reading).sort()).toEqual(['alpine:3', 'debian:12']);
    expect(unseen(reading)).toEqual([]);
  });

  test('has a function that nothing calls named', async () => {
    const reading = await readFiles({ Makefile: 'define run\n\t@docker build -f $(1) .\nendef\n' });
    expect(unseen(reading)).toEqual(['Makefile:2']);
  });
});

describe('a Taskfile', () => {
  test.each([
    ['docker: docker/Taskfile.docker.yml', 'Special'],
    ['docker: { taskfile: ./docker/Taskfile.docker.yml, dir: ./docker }', 'docker/Special'],
    ['docker: { taskfile: docker }', 'Special'],
  ])('runs what it includes where it says: %s', async (include, file) => {
    const tasks = 'tasks: { x: { cmds: ["docker build -f Special ."] } }\n';
    const reading = await readFiles({
      'Taskfile.yml': `includes: { ${include} }\n`,
      'docker/Taskfile.docker.yml': tasks,
      'docker/Taskfile.yml': tasks,
      [file]: 'FROM special\n',
    });
    expect(built(reading)).toContainEqual(['Taskfile.yml:1', file, {}]);
    expect(images(reading)).toEqual(['special']);
  });

  test.each([
    ['{{.BASE | default "alpine:3"}}', ['BASE']],
    ['{{ default "alpine:3" .BASE }}', ['BASE']],
    ['{{.SET | default "none"}}', undefined],
  ])('gives the default of a variable: %s', async (value, open) => {
    const reading = await readFiles({
      'Taskfile.yml': `vars: {SET: "alpine:3"}\ntasks: {b: {cmds: ['docker build --build-arg BASE=${value} .']}}\n`,
      Dockerfile: 'ARG BASE\nFROM $BASE\n',
    });
    expect(reading.uses).toMatchObject([{ expanded: 'alpine:3' }]);
    expect(reading.uses[0]?.open?.map(({ argument }) => argument)).toEqual(open);
    if (open !== undefined) expect(reading.uses[0]?.open?.[0]?.decidedBy).toBe(value);
  });
});

describe('a justfile', () => {
  test.each([
    ["base := env('BASE', 'alpine:3')", '', 'base'],
    ['base := env_var_or_default("BASE", "alpine:3")', '', 'base'],
    ['', ' base="alpine:3"', 'base'],
  ])('gives the default of a variable or parameter: %s%s', async (variable, parameter, name) => {
    const reading = await readFiles({
      justfile: `${variable}\nbuild${parameter}:\n    docker build --build-arg BASE={{${name}}} .\n`,
      Dockerfile: 'ARG BASE\nFROM $BASE\n',
    });
    expect(reading.uses).toMatchObject([{ expanded: 'alpine:3', open: [{ argument: 'BASE' }] }]);
  });

  test('leaves a parameter of two values open', async () => {
    const reading = await readFiles({
      justfile: 'a f="x":\n    docker build -f {{f}} .\nb f="y":\n    docker build -f {{f}} .\n',
    });
    expect(unseen(reading)).toEqual(['justfile:2', 'justfile:4']);
  });
});

describe('files whose names say little', () => {
  const SCRIPT = '#!/usr/bin/env bash\nset -e\ndocker build -f app.df .\n';

  test.each([
    ['hack/build-images', SCRIPT],
    ['release', '#!/bin/sh -eu\npodman build -f app.df .\n'],
    ['ci/images.cloudbuild.yaml', 'steps: [{name: gcr.io/cloud-builders/docker, args: [build, -f, app.df, .]}]\n'],
    [
      'ci/pipeline.yaml',
      'apiVersion: tekton.dev/v1\nspec: {steps: [{image: gcr.io/kaniko-project/executor, args: [--dockerfile=app.df]}]}\n',
    ],
    ['.azure-pipelines/build.yml', 'steps:\n  - script: docker build -f app.df .\n'],
    ['Earthfile', 'VERSION 0.8\nb:\n  LOCALLY\n  RUN docker build -f app.df .\n'],
  ])('%s is read for what is in it', async (path, text) => {
    const reading = await readFiles({ [path]: text, 'app.df': 'FROM a\n' });
    expect(built(reading).map(([, file]) => file)).toEqual(['app.df']);
  });

  test.each([
    ['hack/notes', 'docker build -f app.df .\n'],
    ['hack/tool', '#!/usr/bin/env python3\n"docker build -f app.df ."\n'],
    ['pipelines/deployment.yaml', 'kind: Deployment\nspec: {containers: [{image: docker}]}\n'],
    ['Earthfile', 'VERSION 0.8\nb:\n  FROM scratch\n  RUN make build\n'],
  ])('%s is not, where it is something else', async (path, text) => {
    const reading = await readFiles({ [path]: text, Dockerfile: 'FROM a\n' });
    expect(images(reading)).toEqual(['a']);
    expect(reading.unseen).toEqual([]);
  });

  test('parameters of Tekton have their defaults, and say so', async () => {
    const reading = await readFiles({
      'tekton/task.yaml': `apiVersion: tekton.dev/v1
spec:
  params: [{name: FILE, default: app.df}, {name: IMAGE, default: "tools:1"}, {name: NONE}]
  steps:
    - image: $(params.IMAGE)
      script: buildah bud -f $(params.FILE) --build-arg A=$(params.NONE) .
`,
      'app.df': 'ARG A\nFROM b\n',
    });
    expect(reading.uses).toMatchObject([
      { expanded: 'b' },
      { expanded: 'tools:1', role: 'run', open: [{ argument: 'image', decidedBy: '$(params.IMAGE)' }] },
    ]);
  });
});

describe('a call of an action or a workflow of the repository', () => {
  const ACTION = `inputs: {file: {default: none}, base: {default: 'ubuntu:22.04'}}
runs:
  using: composite
  steps:
    - run: docker build -f \${{ inputs.file }} --build-arg BASE=\${{ inputs.base }} .
`.replaceAll('\\', '');
  const REUSED = `on: {workflow_call: {inputs: {file: {type: string}}}}
jobs:
  b:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: {file: "\${{ inputs.file }}", build-args: "BASE=debian:12"}
`.replaceAll('\\', '');
  const caller = (job: string) => `on: push\njobs:\n  j: ${job}\n`;

  test('gives its inputs to what it calls', async () => {
    const reading = await readFiles({
      '.github/workflows/ci.yml': caller(
        '{runs-on: ubuntu-latest, strategy: {matrix: {f: [a, b]}}, steps: [{uses: ./.github/actions/build, with: {file: "${{ matrix.f }}.df"}}]}',
      ),
      '.github/workflows/other.yml': caller('{uses: ./.github/workflows/reused.yml, with: {file: c.df}}'),
      '.github/workflows/reused.yml': REUSED,
      '.github/actions/build/action.yml': ACTION,
      ...{ 'a.df': 'ARG BASE\nFROM $BASE\n', 'b.df': 'FROM b\n', 'c.df': 'ARG BASE\nFROM $BASE\n' },
    });
    expect(built(reading).filter(([, file]) => String(file).endsWith('.df'))).toEqual([
      ['.github/actions/build/action.yml:5', 'a.df', { BASE: 'ubuntu:22.04' }],
      ['.github/actions/build/action.yml:5', 'b.df', { BASE: 'ubuntu:22.04' }],
      ['.github/workflows/reused.yml:6', 'c.df', { BASE: 'debian:12' }],
    ]);
    expect(images(reading).sort()).toEqual(['b', 'debian:12', 'ubuntu:22.04']);
    expect(unseen(reading)).not.toContain('.github/workflows/reused.yml:6');
  });

  test('whose input only a run knows leaves the build named', async () => {
    const reading = await readFiles({
      '.github/workflows/ci.yml': caller('{uses: ./.github/workflows/reused.yml, with: {file: "${{ vars.FILE }}"}}'),
      '.github/workflows/reused.yml': REUSED,
    });
    expect(unseen(reading)).toEqual(['.github/workflows/reused.yml:6']);
  });

  test('that calls itself ends', async () => {
    const reading = await readFiles({
      '.github/workflows/a.yml': caller('{uses: ./.github/workflows/a.yml, with: {n: "${{ inputs.n }}x"}}'),
    });
    expect(reading.builds).toEqual([]);
  });
});

describe('a configuration of GitLab CI', () => {
  test('is read with those that it includes, and names those of other projects', async () => {
    const reading = await readFiles({
      '.gitlab-ci.yml': `include: [{local: /ci/*.yml}, {project: g/p, file: x.yml}, {template: Docker.gitlab-ci.yml}]
child: {trigger: {include: [{local: child.yml}]}}
`,
      'ci/build.yml': 'include: ci/deeper.yaml\nb: {image: "node:20", script: ["docker build -f Third ."]}\n',
      'ci/deeper.yaml': 'include: .gitlab-ci.yml\nc: {script: ["docker build -f Fourth ."]}\n',
      'child.yml': 'd: {image: "python:3"}\n',
      ...{ Third: 'FROM third\n', Fourth: 'FROM fourth\n' },
    });
    expect(images(reading).sort()).toEqual(['fourth', 'node:20', 'python:3', 'third']);
    expect(reading.unseen).toMatchObject([{ path: '.gitlab-ci.yml', what: expect.stringContaining('g/p') }]);
  });

  test('has a YAML file that nothing includes left alone', async () => {
    const reading = await readFiles({ '.gitlab-ci.yml': 'a: {script: ["true"]}\n', 'ci/build.yml': 'b: {image: x}\n' });
    expect(reading.uses).toEqual([]);
  });
});

describe('commands that build by other files', () => {
  test.each([
    ['docker compose -f deploy/stack.yml up -d --build'],
    ['docker-compose --project-name x --file=deploy/stack.yml build'],
    ['podman compose -f compose.yaml -f deploy/stack.yml up'],
  ])('Compose is read by the files that it is given: %s', async (command) => {
    const reading = await readFiles({
      'run.sh': `${command}\n`,
      'compose.yaml': 'services: {}\n',
      'deploy/stack.yml': 'services: {a: {build: {context: ., dockerfile: app.df}}, b: {image: "redis:7"}}\n',
      ...{ 'deploy/app.df': 'FROM a\n', 'app.df': 'FROM a\n' },
    });
    expect(images(reading).sort()).toEqual(['a', 'redis:7']);
  });

  test.each([
    ['docker compose -f none/stack.yml up', 1],
    ['docker compose -f none/stack.yml logs', 0],
    ['docker compose up', 0],
    ['ko build ./cmd', 1],
    ['pack build app --builder paketobuildpacks/builder:base', 1],
    ['echo pack build app', 0],
    ['pack list', 0],
  ])('what is not read is named: %s', async (command, count) => {
    const reading = await readFiles({ 'run.sh': `# docker\n${command}\n` });
    expect(reading.unseen).toHaveLength(count);
    expect(reading.unseen.every(({ path, line }) => path === 'run.sh' && line === 2)).toBe(true);
  });

  test('ko is known by its configuration', async () => {
    const reading = await readFiles({ 'run.sh': 'ko build ./cmd\n', '.ko.yaml': 'defaultBaseImage: a:1\n' });
    expect(images(reading)).toEqual(['a:1']);
    expect(reading.unseen).toEqual([]);
  });

  test.each([
    ['fly.toml', '[build]\n  dockerfile = "x"\n', '[build]\n  image = "x"\n'],
    ['render.yaml', 'services:\n  - type: web\n    dockerfilePath: ./x\n', 'services: []\n'],
    ['railway.json', '{"build": {"dockerfilePath": "x"}}', '{}'],
    ['main.tf', 'resource "docker_image" "x" {}\n', 'resource "aws_instance" "x" {}\n'],
    ['tasks.py', 'run(["docker", "build", "."])\n', 'run(["docker", "ps"])\n'],
    ['app.build', '[Build]\nFile=x\n', 'build = 1\n'],
    ['.circleci/config.yml', 'jobs: {b: {steps: [{docker/build: {image: x}}]}}\n', 'jobs: {b: {steps: [checkout]}}\n'],
  ])('%s that builds is named, and any other is not', async (path, text, other) => {
    const reading = await readFiles({ [path]: text, Dockerfile: 'FROM a\n' });
    expect(reading.unseen).toMatchObject([{ path }]);
    expect(images(reading)).toEqual(['a']);
    expect((await readFiles({ [path]: other, Dockerfile: 'FROM a\n' })).unseen).toEqual([]);
  });
});
