// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of bake files
import { describe, expect, test } from '@jest/globals';
import { readRepository } from '../../src/build-files/read.js';
import type { Reading, ReadingOptions } from '../../src/build-files/reading.js';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { readablePlatforms } from '../../src/references/platform.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../support/reading-options.js';

async function readFiles(
  files: Readonly<Record<string, string>>,
  options: Partial<ReadingOptions> = {},
): Promise<Reading> {
  const tree = openWorkingTree(makeDirectory(files), { allFiles: true });
  const reading = await readRepository(tree, { ...READING_OPTIONS, allFiles: true, ...options });
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value;
}

const images = ({ uses }: Reading) => uses.filter(({ reachable }) => reachable).map(({ expanded }) => expanded);

const DOCKERFILE = 'ARG BASE\nFROM ${BASE:-unset} AS a\nFROM from-b AS b\n';
const BAKE = `
variable "TAG" { default = "3.20" }
target "app" {
  dockerfile = "app.Dockerfile"
  target = "a"
  args = { BASE = "alpine:\${TAG}" }
  platforms = ["linux/amd64", "linux/arm64"]
}`;

describe('the builds of bake definitions', () => {
  test('a bake file gives a Dockerfile its arguments, target and platforms', async () => {
    const reading = await readFiles({ 'app.Dockerfile': DOCKERFILE, 'docker-bake.hcl': BAKE });
    expect(images(reading)).toContain('alpine:3.20');
    const use = reading.uses.find(({ expanded }) => expanded === 'alpine:3.20');
    expect(use).toMatchObject({ role: 'final', targetPlatforms: readablePlatforms(['linux/amd64', 'linux/arm64']) });
    expect(reading.builds).toMatchObject([
      { definition: 'docker-bake.hcl', line: 3, name: 'app', dockerfile: 'app.Dockerfile', target: 'a', context: '.' },
    ]);
    expect(reading.unseen).toEqual([]);
  });

  test('a variable has the value that the caller gives it, and never that of the environment', async () => {
    process.env['TAG'] = 'hostile';
    const files = { 'app.Dockerfile': DOCKERFILE, 'docker-bake.hcl': BAKE };
    const [own, given] = [await readFiles(files), await readFiles(files, { environment: { TAG: '3.21' } })];
    delete process.env['TAG'];
    expect(images(own)).toContain('alpine:3.20');
    expect(images(given)).toContain('alpine:3.21');
  });

  test('a named context that is an image takes the place of a base', async () => {
    const reading = await readFiles({
      Dockerfile: 'FROM base\n',
      'docker-bake.hcl': 'target "app" {\n  contexts = { base = "docker-image://alpine:3.21" }\n}\n',
    });
    expect(images(reading)).toContain('alpine:3.21');
  });

  test('a definition that bake refuses is unreadable, with its line', async () => {
    const reading = await readFiles({ 'docker-bake.hcl': 'target "a" {\n  args = { A = nowhere }\n}\n' });
    expect(reading.files).toMatchObject([{ path: 'docker-bake.hcl', status: 'unreadable', line: 2 }]);
    expect(reading.builds).toEqual([]);
  });

  test('HCL and JSON of other programs is left alone', async () => {
    const reading = await readFiles({
      'main.hcl': 'resource "x" "y" {\n  a = var.b\n}\n',
      'build.json': '{"target": {"a": 1}}',
      Dockerfile: 'FROM a\n',
    });
    expect(reading.files.map(({ path }) => path)).toEqual(['Dockerfile']);
    expect(reading.unseen).toEqual([]);
  });

  test('a bake file of any name is read where it has targets, from the directory in which its Dockerfiles are', async () => {
    const reading = await readFiles({
      'app.Dockerfile': DOCKERFILE,
      'ci/images.hcl': BAKE,
    });
    expect(reading.builds?.map(({ dockerfile }) => dockerfile)).toEqual(['app.Dockerfile']);
    expect(images(reading)).toContain('alpine:3.20');
  });

  test('definitions that the caller names are joined, and no others are read', async () => {
    const reading = await readFiles(
      {
        'app.Dockerfile': DOCKERFILE,
        'docker-bake.hcl': BAKE,
        'x/a.hcl': BAKE,
        'x/b.hcl': 'target "app" {\n  target = "b"\n}\n',
      },
      { definitions: ['x/a.hcl', 'x/b.hcl'] },
    );
    expect(reading.builds).toMatchObject([{ definition: 'x/a.hcl', name: 'app', target: 'b' }]);
  });

  test('what is only known in a run is open, and is reported where it decides about an image', async () => {
    const reading = await readFiles({
      Dockerfile: 'ARG BASE\nFROM $BASE\n',
      'docker-bake.hcl': 'target "app" {\n  args = { BASE = "alpine:${timestamp()}", OTHER = "1" }\n}\n',
    });
    expect(reading.builds).toMatchObject([{ args: { OTHER: '1' }, open: [{ field: 'args.BASE', line: 2 }] }]);
    expect(reading.uses).toMatchObject([
      { open: [{ argument: 'BASE', definition: 'docker-bake.hcl', line: 1 }], unresolved: expect.any(String) },
    ]);
  });

  const openOf = (reading: Reading, image: string) =>
    reading.uses
      .find(({ expanded }) => expanded === image)
      ?.open?.map(({ argument, decidedBy }) => `${argument}: ${decidedBy}`);

  test.each([
    ['args = { BASE = "alpine:${TAG}" }', '', ['BASE: the variable TAG']],
    ['args = { BASE = TAG == "edge" ? "alpine:edge" : "alpine:3" }', '', ['BASE: the variable TAG']],
    [
      'args = { BASE = image(TAG) }',
      'function "image" {\n  params = [t]\n  result = "alpine:${t}"\n}',
      ['BASE: the variable TAG'],
    ],
    [
      'args = { BASE = image("3") }',
      'function "image" {\n  params = [t]\n  result = "alpine:${TAG}"\n}',
      ['BASE: the variable TAG'],
    ],
    [
      'args = { BASE = FULL }',
      'variable "FULL" {\n  default = "alpine:${TAG}"\n}',
      ['BASE: the variables FULL and TAG'],
    ],
    ['args = { BASE = FULL }', 'FULL = "alpine:${TAG}"', ['BASE: the variable TAG']],
    ['args = merge({ BASE = "alpine:3" }, { OTHER = TAG })', '', ['BASE: the variable TAG']],
    ['matrix = { v = [TAG] }\n  args = { BASE = "alpine:${v}" }', '', ['BASE: the variable TAG']],
    ['args = { BASE = "alpine:3" }\n  tags = ["x:${TAG}"]', '', undefined],
    ['args = { BASE = "alpine:3", OTHER = TAG }', '', undefined],
    ['args = { BASE = [for TAG in ["3"]: "alpine:${TAG}"][0] }', '', undefined],
    ['args = { BASE = "alpine:${FIXED}" }', 'FIXED = "3"', undefined],
  ])('%s is evaluated with defaults, and names what may replace them', async (fields, more, expected) => {
    const reading = await readFiles({
      Dockerfile: 'ARG BASE\nFROM alpine:x AS other\nFROM $BASE AS a\n',
      'docker-bake.hcl': `variable "TAG" {\n  default = "3"\n}\n${more}\ntarget "app" {\n  ${fields}\n}\n`,
    });
    const image = reading.uses.find(({ instruction, stage }) => instruction === 'FROM' && stage?.name === 'a');
    expect(image).toMatchObject({ expanded: 'alpine:3' });
    expect(openOf(reading, 'alpine:3')).toEqual(expected);
    expect(image?.unresolved).toBeUndefined();
  });

  test.each([
    ['target.base.args.BASE', ['BASE: the variable TAG']],
    ['"${target.base.args.BASE}"', ['BASE: the variable TAG']],
    ['target.base.args.OTHER', undefined],
  ])('the field %s of a target is known as well as that', async (field, expected) => {
    const bake = `variable "TAG" {\n  default = "3"\n}
target "base" {\n  dockerfile = "none"\n  args = { BASE = "alpine:\${TAG}", OTHER = "alpine:3" }\n}
target "app" {\n  args = { BASE = ${field} }\n}\n`;
    const reading = await readFiles({ Dockerfile: 'ARG BASE=a\nFROM $BASE\n', 'docker-bake.hcl': bake });
    expect(openOf(reading, 'alpine:3')).toEqual(expected);
  });

  test.each([
    ['docker build -f Dockerfile $DIR', '.', ['context']],
    ['cd $DIR && docker build -f /srv/x .', undefined, []],
    ['docker build -f a/Dockerfile a', 'a', []],
    ['cd a && docker build ..', '.', []],
    ['docker build -f Dockerfile https://example.com/x.git', 'https://example.com/x.git', []],
    ['docker build -f Dockerfile ../../x', '../../x', []],
  ])('the context of a command is known, or is open: %s', async (command, context, open) => {
    const { builds = [] } = await readFiles({
      Dockerfile: 'FROM a\n',
      'a/Dockerfile': 'FROM a\n',
      'b.sh': `${command}\n`,
    });
    expect(builds.map((build) => build.context)).toEqual(context === undefined ? [] : [context]);
    expect(builds.flatMap((build) => build.open.map(({ field }) => field))).toEqual(open);
  });

  const TAKEN = ['alpine:3', 'debian:12'];
  test.each([
    ['BIG ? "debian:12" : "alpine:3"', '', TAKEN],
    ['TAG == "x" ? "debian:12" : "alpine:3"', '', TAKEN],
    ['"${BIG ? "debian:12" : "alpine:3"}"', '', TAKEN],
    ['"%{ if BIG }debian:12%{ else }alpine:3%{ endif }"', '', TAKEN],
    ['CHOSEN', 'CHOSEN = BIG ? "debian:12" : "alpine:3"', TAKEN],
    ['chosen(BIG)', 'function "chosen" {\n  params = [b]\n  result = BIG ? "debian:12" : "alpine:3"\n}', TAKEN],
    ['BIG ? (TAG == "x" ? "a:1" : "debian:12") : "alpine:3"', '', ['a:1', ...TAKEN]],
    ['target.other.args.A', 'target "other" {\n  args = { A = BIG ? "debian:12" : "alpine:3" }\n}', TAKEN],
    // What says nothing without a value that nobody gives is no other side.
    ['NONE != "" ? NONE : "alpine:3"', '', ['alpine:3']],
    ['TAG == "3" ? "alpine:3" : "alpine:${TAG}-x"', '', ['alpine:3']],
    ['"alpine:3${BIG ? "-${NONE}" : ""}"', '', ['alpine:3']],
    ['1 == 2 ? "debian:12" : "alpine:3"', '', ['alpine:3']],
    ['[for b in [false]: b ? "debian:12" : "alpine:3"][0]', '', ['alpine:3']],
  ])('both sides of a condition count: %s', async (value, more, expected) => {
    const bake = `variable "BIG" {\n  default = false\n}\nvariable "TAG" {\n  default = "3"\n}\nvariable "NONE" {}
${more}\ntarget "app" {\n  args = { BASE = ${value} }\n}\n`;
    const reading = await readFiles({ Dockerfile: 'ARG BASE\nFROM $BASE\n', 'docker-bake.hcl': bake });
    expect([...images(reading)].sort()).toEqual(expected);
    // What is listed is what bake builds.
    expect(reading.builds?.filter(({ name }) => name === 'app')).toMatchObject([{ args: { BASE: 'alpine:3' } }]);
    expect(reading.unseen).toEqual([]);
    const given = { environment: { BIG: 'false', TAG: '3', NONE: '' } };
    const settled = await readFiles({ Dockerfile: 'ARG BASE\nFROM $BASE\n', 'docker-bake.hcl': bake }, given);
    expect(images(settled)).toEqual(['alpine:3']);
  });

  test('a target that a variable chooses to inherit from decides what it sets, and nothing else', async () => {
    const bake = `variable "KIND" {\n  default = "one"\n}
target "kind-one" {\n  args = { BASE = "alpine:3" }\n}
target "kind-two" {\n  args = { BASE = "debian:12" }\n  target = "b"\n}
target "app" {\n  inherits = ["kind-\${KIND}"]\n  target = "a"\n}\n`;
    const text = 'ARG BASE\nFROM $BASE AS a\nFROM other AS b\n';
    const reading = await readFiles({ Dockerfile: text, 'docker-bake.hcl': bake });
    const app = reading.builds?.find(({ name }) => name === 'app');
    expect(app?.defaults?.map(({ field }) => field)).toEqual(['args.BASE']);
    expect(openOf(reading, 'alpine:3')).toEqual(['BASE: the variable KIND']);
  });

  test('conditions of which there are too many to evaluate both ways are reported', async () => {
    const conditions = Array.from({ length: 17 }, (_, index) => `A${index} = BIG ? "b" : "a${index}"`).join('\n');
    const bake = `variable "BIG" {\n  default = false\n}\ntarget "app" {\n  args = {\n${conditions}\n  }\n}\n`;
    const { unseen } = await readFiles({ Dockerfile: 'FROM a\n', 'docker-bake.hcl': bake });
    expect(unseen).toMatchObject([{ path: 'docker-bake.hcl', what: expect.stringContaining('bake-conditions') }]);
  });

  test.each([
    ['data.json', { target: { app: { context: '.' } }, rows: 'x'.repeat(5_000_000) }, 1],
    ['data.json', { rows: 'target '.repeat(700_000) }, 0],
    ['data.json', { 'target\u0000': 1, rows: 'x'.repeat(5_000_000) }, 0],
  ])('JSON that is too long is named where it may be for bake: %s (%#)', async (path, value, expected) => {
    const { unseen } = await readFiles({ Dockerfile: 'FROM a\n', [path]: JSON.stringify(value) });
    expect(unseen.map((one) => one.path)).toEqual(Array(expected).fill(path));
  });

  test('JSON that is too long and hides its targets is named', async () => {
    const text = `{"\\u0074arget": {"app": {"context": "."}}, "rows": "${'x'.repeat(5_000_000)}"}`;
    const { unseen } = await readFiles({ Dockerfile: 'FROM a\n', 'data.json': text });
    expect(unseen).toHaveLength(1);
  });

  test('a target, platforms and contexts that a variable decides by its default are evaluated, and say so', async () => {
    const bake = `variable "STAGE" { default = "a" }
variable "ARCH" { default = "arm64" }
target "app" {
  target = STAGE
  platforms = ["linux/\${ARCH}"]
  contexts = { base = "docker-image://alpine:\${ARCH}" }
}`;
    const files = { Dockerfile: 'FROM base AS a\nFROM other AS b\n', 'docker-bake.hcl': bake };
    const reading = await readFiles(files, { platforms: [] });
    expect(openOf(reading, 'alpine:arm64')).toEqual([
      '--platform: the variable ARCH',
      '--build-context base: the variable ARCH',
    ]);
    expect(openOf(reading, 'other')).toContain('--target: the variable STAGE');
    expect(reading.unseen).toEqual([]);
  });

  test.each([
    [
      'docker-bake.hcl',
      'variable "V" { default = "3" }\ntarget "app" {\n  dockerfile-inline = "FROM alpine:${V}"\n}\n',
      'the variable V',
    ],
    [
      'compose.yaml',
      'services: {app: {build: {dockerfile_inline: "FROM alpine:${V:-3}"}}}\n',
      'environment variable V',
    ],
  ])('the default in a build file that stands in %s is evaluated, and says so', async (path, text, decidedBy) => {
    const reading = await readFiles({ [path]: text });
    expect(openOf(reading, 'alpine:3')).toEqual([`--file: ${decidedBy}`]);
    const fixed = await readFiles({ [path]: text.replace(/\$\{V[^}]*\}/, '3') });
    expect(images(fixed)).toEqual(['alpine:3']);
    expect(openOf(fixed, 'alpine:3')).toBeUndefined();
  });

  test.each([
    ['${localEnv:TAG:3}', ['BASE: environment variable TAG']],
    ['3', undefined],
  ])('the argument %s of a dev container is evaluated with its default', async (tag, expected) => {
    const reading = await readFiles({
      '.devcontainer/Dockerfile': 'ARG BASE=alpine:3\nFROM $BASE\n',
      '.devcontainer/devcontainer.json': `{"build": {"dockerfile": "Dockerfile", "args": {"BASE": "alpine:${tag}"}}}`,
    });
    expect(images(reading)).toEqual(['alpine:3']);
    expect(openOf(reading, 'alpine:3')).toEqual(expected);
  });

  test('a target that says more settles what it inherits by default', async () => {
    const bake = `variable "TAG" { default = "3" }
target "base" {
  args = { BASE = "alpine:\${TAG}" }
}
target "app" {
  inherits = ["base"]
  args = { BASE = "alpine:4" }
}`;
    const reading = await readFiles({ Dockerfile: 'ARG BASE\nFROM $BASE\n', 'docker-bake.hcl': bake });
    expect(images(reading)).toEqual(['alpine:3', 'alpine:4']);
    expect(reading.builds?.map(({ name, defaults }) => [name, defaults?.length])).toEqual([
      ['base', 1],
      ['app', undefined],
    ]);
  });

  test.each([
    ['--set-env', { environment: { TAG: '3' } }],
    ['a build argument of the policy', { buildArgs: { BASE: 'alpine:3' } }],
  ])('%s settles a default', async (_, options) => {
    const bake = 'variable "TAG" { default = "2" }\ntarget "app" {\n  args = { BASE = "alpine:${TAG}" }\n}\n';
    const reading = await readFiles({ Dockerfile: 'ARG BASE\nFROM $BASE\n', 'docker-bake.hcl': bake }, options);
    expect(images(reading)).toContain('alpine:3');
    expect(reading.uses.flatMap(({ open = [] }) => open)).toEqual([]);
  });

  test.each([
    ['{BASE: "alpine:${TAG:-3}"}', '', ['BASE: environment variable TAG']],
    ['["BASE=alpine:${TAG-3}"]', '', ['BASE: environment variable TAG']],
    ['{BASE: "alpine:${TAG:-3}"}', 'TAG=3\n', undefined],
    ['{BASE: "alpine:3", OTHER: "${TAG:-x}"}', '', undefined],
    ['{BASE: "alpine:3", OTHER: "$$TAG"}', '', undefined],
  ])('the arguments %s of a service are evaluated with defaults, .env %j', async (args, env, expected) => {
    const reading = await readFiles({
      Dockerfile: 'ARG BASE\nFROM $BASE\n',
      '.env': env,
      'compose.yaml': `services: {app: {build: {context: ., args: ${args}}}}\n`,
    });
    expect(images(reading)).toEqual(['alpine:3']);
    expect(openOf(reading, 'alpine:3')).toEqual(expected);
  });

  test('a build file within a bake file is read, and placed in it', async () => {
    const bake = 'target "app" {\n  dockerfile-inline = "FROM a"\n}\n';
    const reading = await readFiles({ 'docker-bake.hcl': bake });
    expect(reading.builds).toMatchObject([{ inline: 'FROM a' }]);
    expect(reading.uses).toMatchObject([
      { file: 'docker-bake.hcl', line: 2, column: 29, endColumn: 30, expanded: 'a' },
    ]);
    expect(reading.unseen).toEqual([]);
  });
});
