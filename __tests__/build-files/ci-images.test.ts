// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of CI systems
import { expect, test } from '@jest/globals';
import { readRepository } from '../../src/build-files/read.js';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { formatPlatform } from '../../src/references/platform.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../support/reading-options.js';

async function usesOf(files: Record<string, string>, platforms = READING_OPTIONS.platforms) {
  const tree = openWorkingTree(makeDirectory(files), { allFiles: true });
  const reading = await readRepository(tree, { ...READING_OPTIONS, platforms, allFiles: true });
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value.uses;
}

const GITLAB = `default: { image: "node:20" }
variables: { IMAGE: acme/deploy, image: no.example/variable }
test:
  image: { name: alpine:3, entrypoint: [""] }
  services: [postgres:16, { name: redis:7, alias: cache }]
  script: [npm test]
deploy:
  image: $IMAGE:1
  script: [deploy]
open:
  image: $CI_REGISTRY_IMAGE/tools
`;

test.each([
  ['.gitlab-ci.yml', GITLAB, ['node:20', 'alpine:3', 'postgres:16', 'redis:7', 'acme/deploy:1', '?']],
  [
    '.circleci/config.yml',
    'executors: { a: { docker: [{ image: "cimg/node:20" }] }, b: { machine: { image: "ubuntu-2204:current" } } }\njobs:\n  t: { docker: [{ image: alpine:3 }, { image: << parameters.db >> }] }\n',
    ['cimg/node:20', 'alpine:3', '?'],
  ],
  [
    '.tekton/push.yaml',
    'spec:\n  stepTemplate: { image: a:1 }\n  steps: [{ name: x, image: b:1, script: echo }]\n  sidecars: [{ image: "$(params.image)" }]\n---\nspec: { steps: [{ image: c:1 }] }\n',
    ['a:1', 'b:1', '?', 'c:1'],
  ],
  [
    'azure-pipelines.yml',
    'pool: { vmImage: ubuntu-24.04 }\nresources: { containers: [{ container: node, image: "node:20" }] }\njobs:\n  - container: node\n  - container: alpine:3\n',
    ['node:20', 'alpine:3'],
  ],
  [
    'bitbucket-pipelines.yml',
    'image: node:20\ndefinitions: { services: { db: { image: "postgres:16" } } }\npipelines: { default: [{ step: { services: [docker], script: [x] } }] }\n',
    ['node:20', 'postgres:16'],
  ],
  [
    '.drone.yml',
    'steps: [{ name: a, image: golang }]\nservices: [{ name: db, image: postgres }]\n',
    ['golang', 'postgres'],
  ],
  [
    'cloudbuild.yaml',
    'steps: [{ name: "gcr.io/cloud-builders/docker", args: [info] }]\n',
    ['gcr.io/cloud-builders/docker'],
  ],
])('%s names the images that its jobs run', async (path, text, images) => {
  const uses = await usesOf({ [path]: text });
  expect(uses.map(({ expanded, unresolved }) => (unresolved === undefined ? expanded : '?')).sort()).toEqual(
    [...images].sort(),
  );
  expect(new Set(uses.map(({ role }) => role))).toEqual(new Set(['run']));
  for (const { line, column, endColumn, written } of uses)
    expect(text.split('\n')[line - 1]?.slice(column - 1, endColumn - 1)).toContain(written);
});

test('an image that only a run knows is named by its variable', async () => {
  const [use] = await usesOf({ '.gitlab-ci.yml': 'a: { image: "$CI_REGISTRY/tools:1" }\n' });
  expect(use?.unresolved).toBe('$CI_REGISTRY has no value here');
});

test.each([
  ['.gitlab-ci.yml', 'b:\n  tags: [saas-linux-small-arm64]\n  script: [docker build .]\n', 'linux/arm64'],
  [
    '.circleci/config.yml',
    'jobs:\n  b: { resource_class: arm.medium, steps: [{ run: docker build . }] }\n',
    'linux/arm64',
  ],
  ['.drone.yml', 'platform: { os: linux, arch: arm64 }\nsteps: [{ commands: [docker build .] }]\n', 'linux/arm64'],
])('a runner of %s that is no amd64 builds for its platform', async (path, text, platform) => {
  const [use] = await usesOf({ Dockerfile: 'FROM a\n', [path]: text });
  expect(use?.targetPlatforms.map(formatPlatform)).toContain(platform);
  const [usual] = await usesOf({ Dockerfile: 'FROM a\n', [path]: text.replaceAll(/arm64|arm\./g, 'large') });
  expect(usual?.targetPlatforms.map(formatPlatform)).toEqual(['linux/amd64']);
});

test.each([
  ['.gitlab-ci.yml', 'b:\n  tags: [$RUNNER]\n  script: [docker build .]\n', '$RUNNER'],
  [
    '.circleci/config.yml',
    'jobs:\n  b: { resource_class: << parameters.class >>, steps: [{ run: docker build . }] }\n',
    '<< parameters.class >>',
  ],
  ['.gitlab-ci.yml', 'b:\n  tags: [docker, big]\n  script: [docker build .]\n', 'tags: docker, big'],
  [
    '.circleci/config.yml',
    'jobs:\n  b: { resource_class: acme/own, steps: [{ run: docker build . }] }\n',
    'resource_class: acme/own',
  ],
])('%s says what decides the runner that builds', async (path, text, decidedBy) => {
  const open = (uses: Awaited<ReturnType<typeof usesOf>>) => uses.map((use) => use.open?.map((one) => one.decidedBy));
  expect(open(await usesOf({ Dockerfile: 'FROM a\n', [path]: text }, []))).toEqual([[decidedBy]]);
  const fixed = text.replace(/\$RUNNER|docker, big/, 'saas-linux-large-amd64').replace(/<<.*>>|acme\/own/, 'large');
  expect(open(await usesOf({ Dockerfile: 'FROM a\n', [path]: fixed }, []))).toEqual([undefined]);
});

test('a runner that a literal variable names is known', async () => {
  const text = 'variables: { RUNNER: linux-arm64 }\nb:\n  tags: [$RUNNER]\n  script: [docker build .]\n';
  const [use] = await usesOf({ Dockerfile: 'FROM a\n', '.gitlab-ci.yml': text }, []);
  expect(use?.targetPlatforms.map(formatPlatform)).toContain('linux/arm64');
  expect(use?.open).toBeUndefined();
});
