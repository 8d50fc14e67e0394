// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { describe, expect, test } from '@jest/globals';
import { readRepository } from '../../src/build-files/read.js';
import type { ReadingOptions } from '../../src/build-files/reading.js';
import { unseenByName } from '../../src/build-files/unseen-builds.js';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { err } from '../../src/lib/result.js';
import { gateRun } from '../support/gate-run.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../support/reading-options.js';

const STAGES = 'ARG BASE=a\nARG OTHER=b\nFROM $BASE AS one\nARG REVISION\nFROM $OTHER AS two\n';

async function unseen(
  files: Readonly<Record<string, string>>,
  options: Partial<ReadingOptions> = {},
): Promise<readonly string[]> {
  const reading = await readRepository(openWorkingTree(makeDirectory(files), { allFiles: true }), {
    ...READING_OPTIONS,
    allFiles: true,
    ...options,
  });
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value.unseen.map(({ path, what }) => `${path} ${what}`);
}

const W = '.github/workflows/w.yml';
const ofSteps = (...steps: readonly unknown[]) => ({ [W]: JSON.stringify({ jobs: { a: { steps } } }) });
const runs = (run: string) => ofSteps({ run });
const pushes = (inputs: Readonly<Record<string, string>>) =>
  ofSteps({ uses: 'docker/build-push-action@v6', with: inputs });

describe('a workflow that is not looked into in full is reported', () => {
  test.each<readonly [string, Readonly<Record<string, string>>, readonly string[]]>([
    ['bake', runs('docker buildx bake -f x.hcl'), ['runs docker buildx bake on x.hcl, which does not exist']],
    [
      'its action',
      ofSteps({ uses: 'docker/bake-action@v6' }),
      ['runs docker buildx bake, but none of its files exist'],
    ],
    ['standard input', runs('docker build - < x'), ['builds from standard input']],
    ['a file from standard input', runs('docker build -f - . < x'), ['builds from standard input']],
    ['a file by a variable', runs('docker build -f "$FILE" .'), ['builds a file that is only known at run time']],
    [
      'a directory by an expression',
      runs('docker build ${{ matrix.d }}'),
      ['builds a file that is only known at run time'],
    ],
    [
      'a directory that is not known',
      runs('cd "$D"; docker build .'),
      ['builds a file that is only known at run time'],
    ],
    ['a repository', runs('docker build https://example.com/x.git'), ['builds a file from outside the repository']],
    ['the same as inputs', pushes({ file: '${{ matrix.f }}' }), ['builds a file that is only known at run time']],
    [
      'a repository as input',
      pushes({ context: 'https://example.com/x.git' }),
      ['builds a file from outside the repository'],
    ],
    [
      'a file that is not here',
      runs('docker build -f module/app.build .'),
      ['builds module/app.build, which does not exist'],
    ],
    [
      'another file by default',
      runs('docker build -f "${FILE:-Dockerfile}" .'),
      ['builds Dockerfile, or another file that a run names'],
    ],
  ])('%s', async (_what, files, clauses) => {
    expect(await unseen({ Dockerfile: STAGES, ...files })).toEqual(clauses.map((clause) => `${W} ${clause}`));
  });

  test.each<readonly [string, Readonly<Record<string, string>>]>([
    ['is literal', runs('docker build --build-arg BASE=x --target one .')],
    ['gives an argument that no image depends on', pushes({ 'build-args': 'REVISION=${{ github.sha }}' })],
    ['only shows the usage', runs('docker build --help')],
    [
      'writes to a file by a variable',
      runs('docker build . > "$LOG"; docker build . 2>>$LOG; docker build . >$LOG 2>&1'),
    ],
    ['is left out', { ...runs('docker build -f "$FILE" .') }],
  ])('and one that %s is not', async (what, files) => {
    const options = what === 'is left out' ? { exclude: [W] } : {};
    expect(await unseen({ Dockerfile: STAGES, ...files }, options)).toEqual([]);
  });

  test('and what the gate is given itself is not', async () => {
    const files = {
      Dockerfile: STAGES,
      ...pushes({ 'build-args': 'BASE=${{ x }}\nOTHER=${{ x }}', target: '${{ x }}' }),
    };
    const perFile = { Dockerfile: { buildArgs: { BASE: 'p' }, targets: ['one'] } };
    expect(await unseen(files, { perFile, buildArgs: { OTHER: 'i' } })).toEqual([]);
    expect(await unseen({ ...files, Dockerfile: 'FROM a\n' })).toEqual([]);
  });

  test('and one that can not be had leaves open what it builds', async () => {
    const tree = {
      name: 'x',
      entries: async () => ({ ok: true, value: [{ path: W, kind: 'file' }] }) as const,
      read: async (path: string) => err({ code: 'unreadable', path, message: 'It broke.', fix: 'Try again.' } as const),
    };
    const reading = await readRepository(tree, READING_OPTIONS);
    expect(reading).toMatchObject({
      value: { files: [{ path: W, status: 'unreadable', reason: 'It broke; try again' }] },
    });
  });
});

test('names that are almost those of build files are reported', async () => {
  const files = {
    ...{ 'docker-bake.hcl': '', 'api-dockerfile': '', 'a/MyDockerfile': '' },
    ...{ 'dockerfile.go': '', 'Dockerfile.md': 'FROM a', 'dockerfile-lint.sh': '', 'Dockerfile.dockerignore': '' },
  };
  expect(await unseen(files)).toEqual([
    'a/MyDockerfile has the name of a build file but is not read',
    'api-dockerfile has the name of a build file but is not read',
  ]);
  expect(await unseen(files, { include: ['**/MyDockerfile', 'api-*'] })).toEqual([]);
});

test('a submodule is reported: what is built in it is read by nobody here', () => {
  const vendor = {
    path: 'vendor',
    what: 'is a submodule: its build files are in another repository',
    fixKind: 'elsewhere',
  };
  expect(unseenByName([{ path: 'vendor', kind: 'submodule' }], new Set(['Dockerfile']))).toEqual([vendor]);
});

/** A build whose file is in another repository. */
const REMOTE = 'target "a" {\n  context = "https://example.com/r.git"\n}\n';

test('a pass says which builds it is not about', async () => {
  const policy = 'version: 1\nallow: [{ image: "demo.example/**", signed: false, reason: built here }]\n';
  const files = {
    Dockerfile: 'FROM scratch\n',
    'docker-bake.hcl': REMOTE,
    ...runs('docker build -\ndocker buildx bake'),
  };
  const report = await gateRun({ files, policy });
  expect(report.verdict).toBe('pass');
  const [notice] = report.notices.filter((text) => text.startsWith('Not evaluated: 2 builds or files. List'));
  expect(notice).toContain(
    `: ${W}:1 builds from standard input; docker-bake.hcl:1 builds from https://example.com/r.git, which is not read.`,
  );
  const many = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`${index}/docker-bake.hcl`, REMOTE]));
  const reported = (await gateRun({ files: many, policy })).notices.find((text) => text.startsWith('Not evaluated'));
  for (const path of Object.keys(many)) expect(reported).toContain(` ${path}:1 builds from https://example.com/r.git`);
});

test.each([
  [
    'a file that is only known at run time',
    runs('docker build -f "$FILE" .'),
    'List further build files under `files.include`',
  ],
  ['a build of another repository', { 'docker-bake.hcl': REMOTE }, 'run the gate in the other repositories'],
  [
    'a workflow of another repository',
    ofSteps({ uses: 'a/docker-build@v1' }),
    'run the gate in the other repositories',
  ],
  ['a definition of version 1', { 'x.compose.yaml': 'web: { build: . }\n' }, 'correct what is not understood'],
  ['any', runs('docker build -'), '`files.exclude`'],
])('a notice says what to do about %s', async (_, files, advice) => {
  const report = await gateRun({ files: { Dockerfile: 'FROM scratch\n', ...files }, policy: 'version: 1\n' });
  const notice = report.notices.find((text) => text.startsWith('Not evaluated: 1 build or file. '));
  expect(notice?.toLowerCase()).toContain(advice.toLowerCase());
});
