// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of shells and CI systems
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readRepository } from '../../src/build-files/read.js';
import type { RepositoryTree } from '../../src/build-files/repository-tree.js';
import { err, ok } from '../../src/lib/result.js';
import '../support/property-seed.js';
import { READING_OPTIONS } from '../support/reading-options.js';

/** A definition of each kind that is read, and builds something. */
const DEFINITIONS: Readonly<Record<string, string>> = {
  '.github/workflows/b.yml':
    'on: push\nenv: { F: x }\njobs:\n  b:\n    strategy: { matrix: { v: [1, 2] } }\n    container: { image: "a:${{ matrix.v }}" }\n    steps:\n      - uses: docker/build-push-action@v6\n        with: { file: x, build-args: "A=${{ matrix.v }}" }\n      - run: |\n          docker build -f "$F" --build-arg A=1 .\n',
  'a/action.yml': 'runs:\n  using: composite\n  steps:\n    - run: docker buildx b -f x .\n      shell: bash\n',
  '.gitlab-ci.yml': '.x: &x\n  - cd a\nb:\n  image: c:1\n  script:\n    - *x\n    - docker build -f x .\n',
  '.circleci/config.yml': 'jobs:\n  b:\n    steps:\n      - run: { command: podman build --from a -f x . }\n',
  'cloudbuild.yaml': 'steps:\n  - name: gcr.io/cloud-builders/docker\n    args: [build, -f, x, .]\n',
  '.tekton/t.yaml': 'spec:\n  steps:\n    - image: quay.io/buildah/stable\n      script: buildah bud -f x .\n',
  Makefile: 'F := x\nb: ; @docker build -f $(F) \\\n  .\n',
  'b.sh': 'cd "$(dirname "$0")" && docker build - <<EOF\nFROM a\nEOF\nbash -c "docker build -f x ."\n',
  'package.json': '{ "scripts": { "b": "docker build -f x ." } }\n',
  justfile: 'f := "x"\nb:\n  docker build -f {{f}} .\n',
  'Taskfile.yml': 'vars: { F: x }\ntasks:\n  b: { cmds: ["docker build -f {{.F}} ."] }\n',
  'skaffold.yaml': 'build:\n  artifacts:\n    - image: i\n      docker: { dockerfile: x, buildArgs: { A: "1" } }\n',
  '.goreleaser.yaml': 'dockers:\n  - dockerfile: x\n    build_flag_templates: ["--build-arg=A={{ .Tag }}"]\n',
  'compose.yaml':
    'x-a: &a { build: { dockerfile: x, args: { A: "${V:-1}" } } }\nservices:\n  s: { <<: *a, image: i }\n  t: { image: "b:${T}" }\n',
  '.devcontainer/devcontainer.json':
    '{ /* c */ "build": { "dockerfile": "../x", "args": { "A": "${localEnv:A:1}" }, }, }\n',
  'docker-bake.hcl': 'variable "V" { default = "1" }\ntarget "t" {\n  dockerfile = "x"\n  args = { A = "${V}" }\n}\n',
};
const DOCKERFILE = 'ARG A=1\nFROM a:$A\n';

function treeOf(files: ReadonlyMap<string, Uint8Array>): RepositoryTree {
  return {
    name: 'made',
    entries: async () => ok([...files.keys()].map((path) => ({ path, kind: 'file' as const }))),
    read: async (path) => {
      const bytes = files.get(path);
      return bytes === undefined
        ? err({ code: 'not-found', message: `${path} is not here.`, fix: '', path })
        : ok(bytes);
    },
  };
}

async function read(path: string, bytes: Uint8Array) {
  const files = new Map<string, Uint8Array>([
    ['x', Buffer.from(DOCKERFILE)],
    ['a/x', Buffer.from(DOCKERFILE)],
    [path, bytes],
  ]);
  const reading = await readRepository(treeOf(files), READING_OPTIONS);
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value;
}

test.each(Object.entries(DEFINITIONS))('%s builds x', async (path, text) => {
  const { builds = [], files } = await read(path, Buffer.from(text));
  expect(files.filter(({ status }) => status === 'unreadable')).toEqual([]);
  expect(builds.filter(({ dockerfile }) => /(?:^|\/)x$/.test(dockerfile ?? '')).length).toBeGreaterThan(0);
});

test('whatever a definition holds, it is read or named, and no build leads out of the repository', async () => {
  const mutation = fc.record({
    definition: fc.constantFrom(...Object.entries(DEFINITIONS)),
    at: fc.nat(400),
    drop: fc.nat(30),
    insert: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(
        '../',
        '${',
        '{{',
        '\n',
        '&a *a ',
        '<<: ',
        '[[[[',
        '- ',
        ': ',
        '"',
        "'",
        '\\',
        '`',
        '$(',
        '!!x ',
        '\t',
        '\0',
      ),
    ),
    isTorn: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(mutation, async ({ definition: [path, text], at, drop, insert, isTorn }) => {
      const place = at % (text.length + 1);
      const bytes = Buffer.from(`${text.slice(0, place)}${insert}${text.slice(place + drop)}`);
      const { builds = [], files, unseen } = await read(path, isTorn ? bytes.subarray(0, bytes.length - 3) : bytes);
      for (const { definition, line, dockerfile = '' } of builds) {
        expect(definition).toBe(path);
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(bytes.toString('latin1').split('\n').length + 1);
        // What stands for what is not known inside is none of ours to show.
        expect([...dockerfile].filter((character) => character < '\u0003')).toEqual([]);
      }
      const known = new Set([path, 'x', 'a/x', ...builds.map(({ dockerfile = '' }) => dockerfile)]);
      expect([...files, ...unseen].filter((one) => !known.has(one.path))).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test.each(Object.keys(DEFINITIONS))('%s that nests deep, or is no text, is read or named', async (path) => {
  for (const bytes of [
    Buffer.from('['.repeat(5_000)),
    Buffer.from(`{"a":${'{"a":'.repeat(2_000)}`),
    Buffer.from(`docker build ${'$('.repeat(2_000)}`),
    Buffer.from(Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth % 500)}docker:\n`).join('')),
    Uint8Array.from({ length: 4_000 }, (_, index) => (index * 7919) % 256),
  ])
    expect((await read(path, bytes)).builds ?? []).toEqual([]);
});
