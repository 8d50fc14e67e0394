import { expect, test } from '@jest/globals';
import { readRepository } from '../../src/build-files/read.js';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../support/reading-options.js';

/** `file:line` of each build that a file of this name asks for. */
async function linesOf(path: string, text: string): Promise<readonly string[]> {
  const tree = openWorkingTree(makeDirectory({ 'a/x': 'FROM a\n', 'a/y': 'FROM b\n', [path]: text }), {
    allFiles: true,
  });
  const reading = await readRepository(tree, { ...READING_OPTIONS, allFiles: true });
  if (!reading.ok) throw new Error(reading.error.message);
  return (reading.value.builds ?? []).map(({ dockerfile = '', line }) => `${dockerfile}:${line}`);
}

test.each([
  [
    'a block of a workflow step',
    '.github/workflows/b.yml',
    'on: push\njobs:\n  b:\n    steps:\n      - run: |\n          true\n          docker build -f a/x .\n\n          docker build \\\n            -f a/y .\n',
    ['a/x:7', 'a/y:10'],
  ],
  [
    'a step of one line',
    '.github/workflows/b.yml',
    'on: push\njobs:\n  b:\n    steps:\n      - name: x\n        run: docker build -f a/x .\n',
    ['a/x:6'],
  ],
  [
    'an action that builds',
    '.github/workflows/b.yml',
    'on: push\njobs:\n  b:\n    steps:\n      - name: x\n        uses: docker/build-push-action@v6\n        with:\n          FILE: a/x\n',
    ['a/x:6'],
  ],
  [
    'a composite action',
    'tools/action.yml',
    'runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: |\n        docker build -f a/x .\n',
    ['a/x:6'],
  ],
  ['an action that is an image', 'a/action.yml', 'runs:\n  using: docker\n  image: x\n', ['a/x:3']],
  [
    'lines of GitLab CI',
    '.gitlab-ci.yml',
    'build:\n  script:\n    - true\n    - docker build -f a/x .\n    - |\n      true\n      docker build -f a/y .\n',
    ['a/x:4', 'a/y:7'],
  ],
  [
    'a command of CircleCI',
    '.circleci/config.yml',
    'jobs:\n  b:\n    steps:\n      - run:\n          name: docker\n          command: |\n            docker build -f a/x .\n',
    ['a/x:7'],
  ],
  [
    'a step of Cloud Build',
    'cloudbuild.yaml',
    'steps:\n  - name: gcr.io/cloud-builders/docker\n    args: [build, -f, a/x, .]\n',
    ['a/x:2'],
  ],
  [
    'a second document of Tekton',
    '.tekton/t.yaml',
    'kind: A\n---\nkind: Task\nspec:\n  steps:\n    - image: quay.io/buildah/stable\n      script: |\n        #!/bin/sh\n        buildah bud -f a/x .\n',
    ['a/x:9'],
  ],
  [
    'a script of package.json',
    'package.json',
    '{\n  "scripts": {\n    "a": "true",\n    "b": "docker build -f a/x ."\n  }\n}\n',
    ['a/x:4'],
  ],
  [
    'a task',
    'Taskfile.yml',
    'tasks:\n  a: docker build -f a/x .\n  b:\n    cmds:\n      - true\n      - cmd: docker build -f a/y .\n',
    ['a/x:2', 'a/y:6'],
  ],
  [
    'an artifact of skaffold',
    'skaffold.yaml',
    'kind: Config\n---\nbuild:\n  artifacts:\n    - image: i\n      docker:\n        dockerfile: a/x\n',
    ['a/x:5'],
  ],
  ['goreleaser', '.goreleaser.yaml', 'version: 2\ndockers:\n  - dockerfile: a/x\n', ['a/x:3']],
  ['a makefile', 'Makefile', 'b:\n\ttrue\n\tdocker build -f a/x .\n', ['a/x:3']],
  ['a justfile', 'justfile', 'b:\n  true\n  docker build -f a/x .\n', ['a/x:3']],
])('builds of %s have their lines', async (_, path, text, lines) => {
  expect(await linesOf(path, text)).toEqual(lines);
});
