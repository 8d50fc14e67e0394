// biome-ignore-all lint/suspicious/noTemplateCurlyInString: HCL has the syntax of template strings.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bakeReader } from '../../../src/build-files/bake/reader.js';
import type { DefinitionReading } from '../../../src/build-files/build-definition.js';
import { readComposeServices } from '../../../src/build-files/compose/compose.js';
import { makeBakeFiles } from '../../support/image/made-bake-files.js';
import '../../support/property-seed.js';

async function read(
  files: Readonly<Record<string, string | Uint8Array>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<DefinitionReading> {
  const given = Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
  return bakeReader(readComposeServices).read(given, {
    environment,
    exists: () => false,
    load: async () => undefined,
    workingDirectory: '.',
  });
}

const hcl = (text: string, environment?: Readonly<Record<string, string>>) =>
  read({ 'docker-bake.hcl': text }, environment);

async function buildOf(name: string, text: string, environment?: Readonly<Record<string, string>>) {
  const { builds, problems } = await hcl(text, environment);
  const build = builds.find((one) => one.name === name);
  if (build === undefined) throw new Error(problems.map(({ message }) => message).join(' '));
  return build;
}

test('args merge by name, and other fields are replaced', async () => {
  const base = 'target "base" {\n  args = { A = "1", B = "1" }\n  platforms = ["linux/amd64"]\n  target = "x"\n}\n';
  const own =
    'target "app" {\n  inherits = ["base"]\n  args = { B = "2", C = null }\n  platforms = ["linux/arm64"]\n}\n';
  expect(await buildOf('app', base + own)).toMatchObject({
    args: { A: '1', B: '2' },
    platforms: ['linux/arm64'],
    target: 'x',
    line: 6,
  });
});

test('blocks of one name merge over files', async () => {
  const { builds } = await read({
    'docker-bake.hcl': 'target "app" {\n  args = { A = "1" }\n  dockerfile = "a"\n}\n',
    'docker-bake.override.json': '{"target": {"app": {"dockerfile": "b", "args": {"B": "${1 + 1}"}}}}',
  });
  expect(builds).toMatchObject([{ dockerfile: 'b', args: { A: '1', B: '2' } }]);
});

test('a matrix makes a target of each combination', async () => {
  const text =
    'target "app" {\n  name = "app-${v}-${os.name}"\n  matrix = { v = ["1", "2"], os = [{ name = "a" }, { name = "b" }] }\n  args = { V = v }\n}\n';
  const { builds, problems } = await hcl(text);
  expect(problems).toEqual([]);
  expect(builds.map(({ name, args }) => `${name} ${args['V']}`)).toEqual([
    'app-1-a 1',
    'app-2-a 2',
    'app-1-b 1',
    'app-2-b 2',
  ]);
});

test.each([
  ['a default', 'default = "d"', {}, 'd'],
  ['no default', '', {}, ''],
  ['a given text', 'default = "d"', { V: 'g' }, 'g'],
  ['a given number', 'default = 1', { V: '1.50' }, '1.5'],
  ['a given list', 'type = list(string)\n  default = []', { V: 'a,b' }, '["a","b"]'],
  ['given JSON', 'type = list(string)\n  default = []', { V_JSON: '["x"]' }, '["x"]'],
])('a variable with %s is used', async (_, body, environment, value) => {
  const result = value.startsWith('[') ? 'jsonencode(V)' : 'V';
  const text = `variable "V" {\n  ${body}\n}\ntarget "t" {\n  args = { A = ${result} }\n}\n`;
  expect((await buildOf('t', text, environment)).args).toEqual({ A: value });
});

test('the environment of this process never counts', async () => {
  const text = 'variable "PATH" {\n  default = "d"\n}\ntarget "t" {\n  args = { A = PATH }\n}\n';
  expect((await buildOf('t', text)).args).toEqual({ A: 'd' });
});

test('what only a run knows is open, and names what decides', async () => {
  const text = 'target "t" {\n  args = { A = timestamp(), B = "b" }\n  platforms = [BAKE_LOCAL_PLATFORM]\n}\n';
  const { args, open } = await buildOf('t', text);
  expect(args).toEqual({ B: 'b' });
  expect(Object.fromEntries(open.map(({ field, decidedBy }) => [field, decidedBy.split(',')[0]]))).toEqual({
    'args.A': 'timestamp()',
    platforms: 'BAKE_LOCAL_PLATFORM',
  });
});

test.each([
  ['inherits a target that is not there', 'target "t" {\n  inherits = ["gone"]\n}\n'],
  ['links to a target that is not there', 'target "t" {\n  contexts = { a = "target:gone" }\n}\n'],
  ['links to itself', 'target "t" {\n  contexts = { a = "target:t" }\n}\n'],
  ['is built for what is no platform', 'target "t" {\n  platforms = ["toaster"]\n}\n'],
  ['has null among its tags', 'target "t" {\n  tags = ["a", null]\n}\n'],
  ['has a name and no matrix', 'target "t" {\n  name = "x"\n}\n'],
  ['reads its file from standard input', 'target "t" {\n  dockerfile = "-"\n}\n'],
  ['has a name that bake refuses', 'target "a/b" {}\n'],
])('a target that %s is a problem and no build', async (_, text) => {
  const { builds, problems } = await hcl(text);
  expect(builds).toEqual([]);
  expect(problems).toHaveLength(1);
});

test('a target whose link is wrong is no build, and others are', async () => {
  const text =
    'target "wrong" {\n  platforms = ["toaster"]\n}\ntarget "t" {\n  contexts = { a = "target:wrong" }\n}\ntarget "other" {}\n';
  const { builds, problems } = await hcl(text);
  expect(builds.map(({ name }) => name)).toEqual(['other']);
  expect(problems).toHaveLength(2);
});

test('a function that needs another that is not there fails the file though nothing calls it', async () => {
  const text = 'function "f" {\n  params = [a]\n  result = a == "" ? a : missing(a)\n}\ntarget "t" {}\n';
  expect(await hcl(text)).toMatchObject({ builds: [], problems: [{ isOfFile: true, line: 3 }] });
});

test('a target that only others inherit is marked', async () => {
  const { builds } = await hcl(
    'target "_common" {}\ntarget "app" {\n  inherits = ["_common"]\n}\ntarget "both" {}\ntarget "c" {\n  inherits = ["both"]\n}\ngroup "default" {\n  targets = ["both"]\n}\n',
  );
  expect(builds.flatMap(({ name, isInherited }) => (isInherited === true ? [name] : []))).toEqual(['_common']);
});

test('services come with x-bake and the environment of the service', async () => {
  const compose = [
    'services:',
    '  db.main:',
    '    build:',
    '      context: ./db',
    '      args: [GIVEN=1, LEFT, MISSING]',
    '      additional_contexts: { base: "service:web" }',
    '      x-bake:',
    '        platforms: linux/arm64 linux/amd64',
    '        contexts: { more: "target:web" }',
    '    environment: { LEFT: own }',
    '  web:',
    '    build: { context: ., dockerfile: w.Dockerfile }',
    '    profiles: [never]',
    '',
  ].join('\n');
  const { builds, problems } = await read({
    'compose.yaml': compose,
    'docker-bake.hcl': 'target "base" {\n  dockerfile = "b"\n}\ntarget "db_main" {\n  inherits = ["base"]\n}\n',
  });
  expect(problems).toEqual([]);
  expect(builds.find(({ name }) => name === 'db_main')).toMatchObject({
    context: 'db',
    dockerfile: 'db/b',
    args: { GIVEN: '1', LEFT: 'own' },
    contexts: { base: 'target:web', more: 'target:web' },
    platforms: ['linux/arm64', 'linux/amd64'],
  });
  expect(builds.find(({ name }) => name === 'web')).toMatchObject({
    dockerfile: 'w.Dockerfile',
    definition: 'compose.yaml',
  });
});

test('an argument that a service takes from its env_file is open', async () => {
  const compose = 'services:\n  a:\n    build:\n      context: .\n      args: [X]\n    env_file: x.env\n';
  const { builds } = await read({ 'compose.yaml': compose, 'docker-bake.hcl': 'target "t" {}\n' });
  expect(builds.find(({ name }) => name === 'a')?.open).toMatchObject([{ field: 'args.X' }]);
});

test.each([
  ['x-bake is no map', '      x-bake: [a]\n'],
  ['its platforms are a map', '      x-bake:\n        platforms: { a: b }\n'],
  ['its contexts are a list', '      x-bake:\n        contexts: [a]\n'],
])('a service is refused where %s', async (_, lines) => {
  const compose = `services:\n  a:\n    build:\n      context: .\n${lines}`;
  const { builds, problems } = await read({ 'compose.yaml': compose, 'docker-bake.hcl': 'target "t" {}\n' });
  expect(builds).toEqual([]);
  expect(problems).toMatchObject([{ file: 'compose.yaml' }]);
});

test.each([
  ['bytes', `# ${'x'.repeat(4 * 1024 * 1024)}\n`, 'bake-bytes'],
  [
    'targets',
    'target "t" {\n  name = "t-${a}-${b}"\n  matrix = { a = range(100), b = range(100) }\n}\n',
    'bake-targets',
  ],
  [
    'steps',
    'variable "L" {\n  default = range(1000)\n}\ntarget "t" {\n  args = { A = join(",", [for x in range(999): [for y in range(9): length(L)]][0]) }\n}\n',
    'bake-steps',
  ],
  [
    'text',
    `variable "A" {\n  default = "${'x'.repeat(1000)}"\n}\ntarget "t" {\n  args = { B = join(A, [for x in range(1000): join(A, [for y in range(9): A])]) }\n}\n`,
    'bake-text',
  ],
  [
    'depth',
    'function "f" {\n  params = [a]\n  result = g(a)\n}\nfunction "g" {\n  params = [a]\n  result = a\n}\ntarget "t" {\n  args = { A = ' +
      `${'f('.repeat(120)}1${')'.repeat(120)}` +
      ' }\n}\n',
    'bake-depth',
  ],
  ['digits', 'target "t" {\n  args = { A = 10e200 }\n}\n', 'bake-digits'],
])('%s beyond a limit are a problem that names it', async (_, text, limit) => {
  const { builds, problems } = await hcl(text);
  expect(builds).toEqual([]);
  expect(problems[0]?.message).toContain(`limit ${limit}`);
});

test('text that is not UTF-8 is refused', async () => {
  const { builds, problems } = await read({ 'docker-bake.hcl': new Uint8Array([0x61, 0xff]) });
  expect({ builds, problems }).toMatchObject({ builds: [], problems: [{ isOfFile: true }] });
});

test('no text makes the reader throw, and what is wrong has a place in a file that was given', async () => {
  const made = fc.integer({ min: 1, max: 1e6 }).map((seed) => makeBakeFiles(seed));
  const torn = fc.record({
    made,
    at: fc.nat(4000),
    drop: fc.nat(40),
    insert: fc.string({ unit: 'binary', maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(torn, async ({ made: { files, variables }, at, drop, insert }) => {
      const given = Object.fromEntries(
        files.map(({ name, text }) => {
          const place = at % (text.length + 1);
          return [name, `${text.slice(0, place)}${insert}${text.slice(place + drop)}`];
        }),
      );
      const { builds, problems } = await read(given, variables);
      const places = problems.map(({ file, line, column }) => [file, line >= 1 && column >= 1]);
      expect(places).toEqual(problems.map(({ file }) => [file, true]));
      expect(problems.filter(({ file }) => given[file] === undefined)).toEqual([]);
      if (builds.length === 0 && problems.length > 0) expect(problems[0]?.message).not.toBe('');
    }),
    { numRuns: 60 },
  );
});
