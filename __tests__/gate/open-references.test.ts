// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { describe, expect, test } from '@jest/globals';
import type { ImageUse } from '../../src/build-files/image-use.js';
import { readRepository } from '../../src/build-files/read.js';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { imagesText } from '../../src/reports/images.js';
import type { Report } from '../../src/reports/report.js';
import { gateRun } from '../support/gate-run.js';
import { makeImage } from '../support/image/image-maker.js';
import { layoutOf } from '../support/image/layout-of.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../support/reading-options.js';

const W = '.github/workflows/ci.yml';
const workflow = (args: string, more = '') =>
  `${more}jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          build-args: |\n            ${args}\n`;

const POLICY = (profile: string, more = '') =>
  `version: 1\nprofile: ${profile}\nallow:\n  - { image: "demo.example/**", signed: false, reason: built here }\n${more}`;

const DOCKERFILE = 'ARG BASE=demo.example/base:1\nARG OTHER\nFROM $BASE\n';

async function read(files: Readonly<Record<string, string>>, buildArgs: Record<string, string> = {}) {
  const tree = openWorkingTree(makeDirectory(files), { allFiles: true });
  const reading = await readRepository(tree, { ...READING_OPTIONS, allFiles: true, buildArgs });
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value;
}
const usesOf = async (files: Readonly<Record<string, string>>, buildArgs: Record<string, string> = {}) =>
  (await read(files, buildArgs)).uses;

const decided = (uses: readonly ImageUse[]) =>
  uses.map(({ expanded, open = [] }) => [
    expanded,
    ...open.map(({ argument, decidedBy }) => `${argument} ${decidedBy}`),
  ]);

describe('a value that only a run knows', () => {
  test('leaves the default evaluated, and says what decides', async () => {
    const reading = await read({ Dockerfile: DOCKERFILE, [W]: workflow('BASE=${{ vars.BASE }}') });
    expect(reading.uses).toMatchObject([
      {
        expanded: 'demo.example/base:1',
        open: [{ argument: 'BASE', decidedBy: '${{ vars.BASE }}', definition: W, line: 4 }],
      },
    ]);
    expect(imagesText(reading, { color: false })).toContain(`BASE is decided by \${{ vars.BASE }} (${W}:4)`);
  });

  test.each([
    ['OTHER=${{ vars.X }}', 'no reference depends on it'],
    ['BASE=alpine:3', 'it is literal'],
    ["BASE=${{ 'alpine:3' }}", 'it is constant'],
  ])('%s leaves nothing open, since %s', async (args) => {
    const uses = await usesOf({ Dockerfile: DOCKERFILE, [W]: workflow(args) });
    expect(uses.flatMap(({ open = [] }) => open)).toEqual([]);
  });

  test('counts only where the target depends on it', async () => {
    const files = {
      Dockerfile: 'ARG BASE=demo.example/base:1\nFROM $BASE AS a\nFROM demo.example/other:1 AS b\n',
      [W]: workflow('BASE=${{ vars.BASE }}\n          target: b'),
    };
    expect((await usesOf(files)).flatMap(({ open = [] }) => open)).toEqual([]);
  });

  test('is none where the caller gives the argument', async () => {
    const files = { Dockerfile: DOCKERFILE, [W]: workflow('BASE=${{ vars.BASE }}') };
    const uses = await usesOf(files, { BASE: 'demo.example/given:1' });
    expect(decided(uses)).toEqual([['demo.example/given:1']]);
  });

  test('has its literal alternatives evaluated as well', async () => {
    const either = workflow("BASE=${{ github.ref == 'refs/heads/main' && 'one.example/a' || 'two.example/b' }}");
    expect(decided(await usesOf({ Dockerfile: DOCKERFILE, [W]: either }))).toEqual([
      ['demo.example/base:1'],
      ['one.example/a'],
      ['two.example/b'],
    ]);
    const input = workflow(
      'BASE=${{ inputs.base }}',
      'on: { workflow_call: { inputs: { base: { default: "three.example/c" } } } }\n',
    );
    expect(decided(await usesOf({ Dockerfile: 'ARG BASE\nFROM $BASE\n', [W]: input }))).toEqual([
      ['three.example/c', 'BASE ${{ inputs.base }}'],
    ]);
  });

  test('is the default of a shell variable, which a run may replace', async () => {
    const script = 'docker build \\\n  --build-arg BASE="${BASE:-four.example/d}" \\\n  --build-arg OTHER=$X .\n';
    expect(decided(await usesOf({ Dockerfile: DOCKERFILE, 'build.sh': script }))).toEqual([
      ['demo.example/base:1', 'BASE ${BASE:-four.example/d}'],
      ['four.example/d', 'BASE ${BASE:-four.example/d}'],
    ]);
  });

  test('of bake and Compose is named by the variable', async () => {
    const files = {
      Dockerfile: DOCKERFILE,
      'compose.yaml': 'services: { a: { build: { context: ., args: { BASE: "${IMAGE}" } } } }\n',
      'docker-bake.hcl': 'target "default" { args = { BASE = "x:${timestamp()}" } }\n',
    };
    const [use] = await usesOf(files);
    expect(use?.open?.map(({ definition }) => definition).sort()).toEqual(['compose.yaml', 'docker-bake.hcl']);
    expect(use?.open?.map(({ decidedBy }) => decidedBy).join()).toContain('IMAGE');
  });

  test('without a default leaves the reference unresolved, and is named', async () => {
    const [use] = await usesOf({ Dockerfile: 'ARG BASE\nFROM $BASE\n', [W]: workflow('BASE=${{ vars.BASE }}') });
    expect(use?.reference).toBeNull();
    expect(use?.unresolved).toContain('BASE');
    expect(use?.unresolved).toContain('${{ vars.BASE }}');
  });
});

const STAGES =
  'FROM one.example/a AS build\nFROM two.example/b AS test\nFROM three.example/c\nCOPY --from=build /x /x\n';
const pushes = (inputs: Readonly<Record<string, string>>) => ({
  [W]: JSON.stringify({ jobs: { a: { steps: [{ uses: 'docker/build-push-action@v6', with: inputs }] } } }),
});

describe('another parameter that only a run knows', () => {
  const opened = (uses: readonly ImageUse[]) =>
    Object.fromEntries(
      uses.map(({ expanded, open = [] }) => [expanded, open.map((one) => `${one.argument} ${one.decidedBy}`).join()]),
    );

  test('leaves open what another target would ship or pull', async () => {
    const uses = await usesOf({ Dockerfile: STAGES, ...pushes({ target: '${{ inputs.target }}' }) });
    const target = '--target ${{ inputs.target }}';
    expect(opened(uses)).toEqual({ 'one.example/a': target, 'two.example/b': target, 'three.example/c': '' });
    expect(uses.map(({ reachable, role }) => [reachable, role])).toEqual([
      [true, 'build'],
      [true, 'build'],
      [true, 'final'],
    ]);
  });

  test('leaves nothing open by the target where there is one stage, or where the caller names it', async () => {
    const given = pushes({ target: '${{ inputs.target }}' });
    expect(opened(await usesOf({ Dockerfile: 'FROM one.example/a\n', ...given }))).toEqual({ 'one.example/a': '' });
    const tree = openWorkingTree(makeDirectory({ Dockerfile: STAGES, ...given }), { allFiles: true });
    const reading = await readRepository(tree, { ...READING_OPTIONS, target: 'test' });
    expect(reading.ok && reading.value.uses.flatMap(({ open = [] }) => open)).toEqual([]);
  });

  test('leaves open what has no platform of its own', async () => {
    const text = 'FROM --platform=$BUILDPLATFORM a.example/a AS x\nFROM b.example/b\nFROM c.example/$TARGETARCH\n';
    const tree = openWorkingTree(
      makeDirectory({
        Dockerfile: `${text}COPY --from=x / /\nCOPY --from=1 / /\n`,
        ...pushes({ platforms: '${{ vars.P }}' }),
      }),
      { allFiles: true },
    );
    const reading = await readRepository(tree, { ...READING_OPTIONS, platforms: [] });
    const platform = '--platform ${{ vars.P }}';
    expect(reading.ok && opened(reading.value.uses)).toEqual({
      'a.example/a': '',
      'b.example/b': platform,
      'c.example/amd64': platform,
    });
    const chosen = await readRepository(tree, READING_OPTIONS);
    expect(chosen.ok && chosen.value.uses.flatMap(({ open = [] }) => open)).toEqual([]);
  });

  test('leaves open the image or the stage that a context replaces', async () => {
    const uses = await usesOf({
      Dockerfile: STAGES,
      ...pushes({ 'build-contexts': 'test=${{ vars.T }}\nthree.example/c:latest=docker-image://${{ vars.C }}' }),
    });
    expect(opened(uses)).toEqual({
      'one.example/a': '',
      'two.example/b': '',
      'three.example/c': '--build-context three.example/c:latest ${{ vars.C }}',
    });
    expect(opened(await usesOf({ Dockerfile: STAGES, 'build.sh': 'docker build --build-context $X .\n' }))).toEqual({
      'one.example/a': '--build-context a variable',
      'two.example/b': '',
      'three.example/c': '--build-context a variable',
    });
  });

  test.each([
    ['a command', { 'build.sh': 'docker build --target "$STAGE" .\n' }, '--target $STAGE'],
    [
      'a Compose file',
      { 'compose.yaml': 'services: { a: { build: { context: ., target: "${T}" } } }\n' },
      'variable T',
    ],
    ['a bake file', { 'docker-bake.hcl': 'target "a" { target = "x${timestamp()}" }\n' }, '--target'],
    [
      'skaffold',
      { 'skaffold.yaml': 'build: { artifacts: [{ image: a, docker: { target: "{{.T}}" } }] }\n' },
      '--target',
    ],
  ])('is that of %s', async (_, files, text) => {
    const uses = await usesOf({ Dockerfile: STAGES, ...files });
    expect(opened(uses)['two.example/b']).toContain(text);
  });

  test('is none where the policy excludes the definition', async () => {
    const files = { Dockerfile: STAGES, ...pushes({ target: '${{ inputs.target }}' }) };
    const tree = openWorkingTree(makeDirectory(files), { allFiles: true });
    const reading = await readRepository(tree, { ...READING_OPTIONS, exclude: [W] });
    expect(reading.ok && reading.value.uses.flatMap(({ open = [] }) => open)).toEqual([]);
  });
});

describe('the gate, of a reference that a run decides', () => {
  const run = async (
    profile: string,
    more: Parameters<typeof gateRun>[0] | Record<string, never> = {},
  ): Promise<Report> => {
    const source = await layoutOf({ 'demo.example/base:1': await makeImage() });
    const files = { Dockerfile: DOCKERFILE, [W]: workflow('BASE=${{ vars.BASE }}') };
    const policy = POLICY(profile, 'registries: { demo.example: {} }\n');
    return gateRun({ files, policy, source, ...more });
  };
  const known = (report: Report) => report.answers.find(({ rule }) => rule === 'known-reference')?.outcome;

  test('counts it as partly checked, and passes what is known of it', async () => {
    const report = await run('baseline');
    expect(known(report)).toBe('pass');
    expect(report.coverage).toMatchObject({ references: 1, partial: 1, full: 0 });
    expect(report.coverage.causes.map(({ message }) => message).join()).toContain('BASE is decided by');
    expect(report.verdict).toBe('pass');
  });

  test('counts it as unresolved under strict', async () => {
    const report = await run('strict');
    expect(known(report)).toBe('fail');
    expect(report.coverage).toMatchObject({ references: 1, unresolved: 1 });
    // What is known of it is evaluated all the same.
    expect(report.images).toMatchObject([{ reference: 'demo.example/base:1' }]);
  });

  test('counts it as unresolved where the change brings it, and not where the base ref has it', async () => {
    const files = { Dockerfile: DOCKERFILE, [W]: workflow('BASE=${{ vars.BASE }}') };
    const before = async (args: string) => usesOf({ Dockerfile: DOCKERFILE, [W]: workflow(args) });
    const change = async (args: string, changedFiles: readonly string[] | null) =>
      known(
        await run('baseline', {
          files,
          policy: POLICY('baseline', 'registries: { demo.example: {} }\n'),
          change: { changedFiles, baseUses: await before(args), onlyNew: 'aging' },
        }),
      );
    expect(await change('BASE=demo.example/base:1', [W])).toBe('fail');
    expect(await change('BASE=${{ vars.OTHER }}', [W])).toBe('fail');
    expect(await change('BASE=${{ vars.BASE }}', [W])).toBe('pass');
    expect(await change('BASE=demo.example/base:1', ['README.md'])).toBe('pass');
  });

  test('does the same of a target, and says how to give it', async () => {
    const files = { Dockerfile: STAGES, ...pushes({ target: '${{ inputs.target }}' }) };
    const more = 'registries: { demo.example: {} }\n';
    const report = await run('strict', { files, policy: POLICY('strict', more) });
    const finding = report.findings.find(({ rule }) => rule === 'known-reference');
    expect(finding?.message).toContain('--target is decided by ${{ inputs.target }}');
    expect(finding?.fix).toContain('`files.targets`');
    expect((await run('baseline', { files, policy: POLICY('baseline') })).coverage.unresolved).toBe(0);
  });
});
