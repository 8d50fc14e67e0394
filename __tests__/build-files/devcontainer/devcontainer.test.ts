// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of devcontainer.json
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { devcontainerReader, isDevcontainer } from '../../../src/build-files/devcontainer/devcontainer.js';
import { definitionOptions, filesOf } from '../../support/definition-files.js';

const PATH = 'app/.devcontainer/devcontainer.json';

function read(
  text: string,
  more: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = {},
) {
  const files = { [PATH]: text, ...more };
  return devcontainerReader.read(filesOf(files, [PATH]), definitionOptions(files, environment));
}

test('devcontainerReader reads every field of a build, with comments and trailing commas', async () => {
  const { builds, problems } = await read(`{
  // a comment
  "name": "dev", /* another */
  "build": {
    "dockerfile": "Dockerfile",
    "context": "..",
    "args": { "VARIANT": "3", "USER": "\${localEnv:USER}", "TAG": "\${localEnv:TAG:latest}", },
    "target": "dev",
    "options": ["--platform=linux/arm64", "--build-arg", "MORE=1"],
  },
}`);
  expect(problems).toEqual([]);
  expect(builds).toEqual([
    {
      definition: PATH,
      line: 5,
      name: 'dev',
      dockerfile: 'app/.devcontainer/Dockerfile',
      context: 'app',
      args: { VARIANT: '3', USER: '', TAG: 'latest', MORE: '1' },
      target: 'dev',
      platforms: ['linux/arm64'],
      contexts: {},
      defaults: [{ field: 'args.TAG', decidedBy: 'environment variable TAG', line: 7 }],
      open: [{ field: 'args.USER', decidedBy: 'environment variable USER', line: 7 }],
    },
  ]);
});

test.each([
  ['{"dockerFile": "Dockerfile", "context": ".."}', 'app/.devcontainer/Dockerfile', 'app'],
  ['{"dockerFile": "sub/Dockerfile"}', 'app/.devcontainer/sub/Dockerfile', 'app/.devcontainer/sub'],
  ['{"build": {"dockerfile": "../Dockerfile"}}', 'app/Dockerfile', 'app'],
  ['{"build": {"dockerfile": "D", "context": "${localWorkspaceFolder}"}}', 'app/.devcontainer/D', 'app'],
  ['{"build": {"dockerfile": "${localWorkspaceFolder}/x/D"}}', 'app/x/D', 'app/x'],
])('devcontainerReader resolves the paths of %s', async (text, dockerfile, context) => {
  expect((await read(text)).builds).toEqual([expect.objectContaining({ dockerfile, context })]);
});

test('devcontainerReader takes variables that are given', async () => {
  const { images } = await read('{"image": "base:${localEnv:TAG}"}', {}, { TAG: '1' });
  expect(images).toEqual([{ file: PATH, line: 1, column: 11, endLine: 1, endColumn: 33, image: 'base:1', open: [] }]);
});

test('devcontainerReader reads the Compose project that it names', async () => {
  const compose = 'services:\n  app: { build: { context: .., args: { A: "${A}" } } }\n  db: { image: postgres }\n';
  const { builds, images } = await read('{"dockerComposeFile": ["compose.yml"], "service": "app"}', {
    'app/.devcontainer/compose.yml': compose,
    'app/.devcontainer/.env': 'A=1\n',
  });
  expect(builds).toEqual([expect.objectContaining({ name: 'app', context: 'app', args: { A: '1' }, open: [] })]);
  expect(images?.map(({ image }) => image)).toEqual(['postgres']);
});

test.each([
  ['a Compose file that is not here', '{"dockerComposeFile": "gone.yml"}', 'gone.yml'],
  ['a Compose project without files', '{"dockerComposeFile": []}', 'without naming its files'],
  ['broken JSON', '{"image": }', 'not valid JSON'],
  ['what is no object', '[]', 'not a JSON object'],
  ['deep nesting', '['.repeat(100_000), 'not valid JSON'],
])('devcontainerReader names %s', async (_, text, clue) => {
  const { builds, problems } = await read(text);
  expect(builds).toEqual([]);
  expect(problems.map(({ message }) => message).join()).toContain(clue);
});

test('devcontainerReader names an option that builds another file', async () => {
  const { builds, problems } = await read('{"build": {"dockerfile": "D", "options": ["--file=E", "--no-cache"]}}');
  expect(builds).toHaveLength(1);
  expect(problems.map(({ message }) => message).join()).toContain('--file=E');
});

test('devcontainerReader never throws, whatever a file holds', async () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"image"',
    ':',
    ',',
    '"${localEnv:A',
    '}"',
    '//',
    '\n',
    '/*',
    '*/',
    '1',
    'null',
    '"build"',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 40 }), async (parts) => {
      expect((await read(parts.join(''))).problems.length).toBeGreaterThanOrEqual(0);
    }),
  );
});

test.each([PATH, '.devcontainer.json', '.devcontainer/python/devcontainer.json'])('isDevcontainer takes %s', (path) => {
  expect(isDevcontainer(path)).toBe(true);
});

test.each(['devcontainer.json', '.devcontainer/a/b/devcontainer.json', 'x.devcontainer.json'])(
  'isDevcontainer leaves out %s',
  (path) => {
    expect(isDevcontainer(path)).toBe(false);
  },
);
