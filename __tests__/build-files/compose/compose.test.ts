// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Compose files
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { composeReader } from '../../../src/build-files/compose/compose.js';
import { definitionOptions, filesOf } from '../../support/definition-files.js';

/** Reads `compose.yaml`, and the override beside it, of a made repository. */
function read(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
  paths = Object.keys(files).filter((path) => /^compose(?:\.override)?\.yaml$/.test(path)),
) {
  return composeReader.read(filesOf(files, paths), definitionOptions(files, environment));
}

test('composeReader reads every field of a build', async () => {
  const { builds, problems } = await read({
    'compose.yaml': `services:
  web:
    build:
      context: app
      dockerfile: ../web.Dockerfile
      target: prod
      args: [BASE=alpine, TOKEN]
      additional_contexts: { src: ./src, base: docker-image://alpine }
      platforms: [linux/arm64]
`,
  });
  expect(problems).toEqual([]);
  expect(builds).toEqual([
    {
      definition: 'compose.yaml',
      line: 2,
      name: 'web',
      dockerfile: 'web.Dockerfile',
      context: 'app',
      args: { BASE: 'alpine', TOKEN: null },
      target: 'prod',
      platforms: ['linux/arm64'],
      contexts: { src: 'src', base: 'docker-image://alpine' },
      open: [{ field: 'args.TOKEN', decidedBy: 'environment variable TOKEN', line: 2 }],
    },
  ]);
});

test('composeReader takes a build that arrives by a merge key, and one that is inline', async () => {
  const { builds } = await read({
    'compose.yaml': `x-app: &app
  build: { context: ., args: { BASE: evil.example/x } }
services:
  web: { <<: *app, image: me/web }
  inline:
    <<: *app
    build: { dockerfile_inline: "FROM alpine:3" }
`,
  });
  expect(builds.map(({ name, dockerfile, inline, args }) => ({ name, dockerfile, inline, args }))).toEqual([
    { name: 'web', dockerfile: 'Dockerfile', inline: undefined, args: { BASE: 'evil.example/x' } },
    { name: 'inline', dockerfile: undefined, inline: 'FROM alpine:3', args: {} },
  ]);
});

test('composeReader takes variables from the given ones, then from .env, and says what is open', async () => {
  const files = {
    '.env': 'TAG=3\nGIVEN=env\n',
    'compose.yaml': `services:
  web:
    image: x
    build:
      context: .
      target: \${TARGET}
      args: { A: "$TAG", B: "\${GIVEN}", C: "\${NONE:-d}", D: "\${NONE}" }
`,
  };
  const [build] = (await read(files, { GIVEN: 'flag' })).builds;
  expect(build?.args).toEqual({ A: '3', B: 'flag', C: 'd', D: '' });
  expect(build?.open.map(({ field, decidedBy }) => [field, decidedBy])).toEqual([
    ['args.D', 'environment variable NONE'],
    ['target', 'environment variable TARGET'],
  ]);
});

test('composeReader merges an override file, and what it resets', async () => {
  const { builds } = await read({
    'compose.yaml': `services:
  web:
    build: { context: ., target: dev, args: { A: "1", B: "2" }, platforms: [linux/amd64] }
  api:
    build: { context: ., args: { A: "1" } }
`,
    'compose.override.yaml': `services:
  web:
    build: { target: prod, args: [B=3], platforms: [linux/arm64] }
  api:
    build: { args: !override { C: "4" } }
`,
  });
  expect(builds.map(({ target, args, platforms }) => ({ target, args, platforms }))).toEqual([
    { target: 'prod', args: { A: '1', B: '3' }, platforms: ['linux/amd64', 'linux/arm64'] },
    { target: undefined, args: { C: '4' }, platforms: [] },
  ]);
});

test('composeReader resolves extends and include relative to their files', async () => {
  const { builds, problems } = await read({
    'compose.yaml': `include: [sub/compose.yaml]
services:
  web:
    extends: { file: common/base.yaml, service: base }
    build: { target: prod }
`,
    'common/base.yaml': 'services:\n  base:\n    build: { context: app, args: { V: "${V}" } }\n',
    'common/.env': 'V=unused\n',
    'sub/compose.yaml': 'services:\n  inc:\n    build: { context: ., args: { V: "${V}" } }\n',
    'sub/.env': 'V=own\n',
  });
  expect(problems).toEqual([]);
  expect(
    builds.map(({ definition, name, context, args, target }) => [definition, name, context, args, target]),
  ).toEqual(
    expect.arrayContaining([
      ['compose.yaml', 'web', 'common/app', { V: '' }, 'prod'],
      ['sub/compose.yaml', 'inc', 'sub', { V: 'own' }, undefined],
    ]),
  );
});

test('composeReader reads services of every profile, and images that are run', async () => {
  const { builds, images } = await read({
    'compose.yaml': `services:
  web: { build: ., image: me/web, profiles: [debug] }
  again: { image: me/web }
  db: { image: "postgres:\${PG-16}" }
  cache: { image: "redis:\${TAG}" }
`,
  });
  expect(builds).toHaveLength(1);
  expect(images).toEqual([
    expect.objectContaining({ name: 'db', image: 'postgres:16', line: 4, column: 16, open: [] }),
    expect.objectContaining({ name: 'cache', image: 'redis:', open: [expect.objectContaining({ field: 'image' })] }),
  ]);
});

test.each([
  ['version 1', 'web:\n  build: .\n', 'version 1'],
  ['an unknown top-level field', 'services: {}\nbuilds: {}\n', 'builds'],
  ['both kinds of Dockerfile', 'services:\n  a: { build: { dockerfile: D, dockerfile_inline: FROM a } }\n', 'both'],
  ['a platform it is not built for', 'services:\n  a: { platform: x/y, build: { platforms: [a/b] } }\n', 'x/y'],
  ['a service without image or build', 'services:\n  a: { command: x }\n', 'neither'],
  ['a field of a build that is none', 'services:\n  a: { build: { contxt: . } }\n', 'contxt'],
  ['a target that is a number', 'services:\n  a: { build: { target: 1 } }\n', 'target'],
  ['equal keys', 'services:\n  a: { image: x }\n  a: { image: y }\n', 'unique'],
  ['a broken interpolation', 'services:\n  a: { image: "${" }\n', 'interpolation'],
  ['extends in a circle', 'services:\n  a: { extends: b }\n  b: { extends: a }\n', 'itself'],
  ['an empty file', '', 'empty'],
  ['an anchor in itself', 'services: &a\n  x: *a\n', 'itself'],
])('composeReader names %s and builds nothing of the file', async (_, text, clue) => {
  const { builds, problems } = await read({ 'compose.yaml': text });
  expect(builds).toEqual([]);
  expect(problems.map(({ message }) => message).join()).toContain(clue);
});

test.each([
  ['an extended file', 'services:\n  a: { extends: { file: gone.yaml, service: b } }\n  ok: { build: . }\n'],
  ['an included file', 'include: [gone.yaml]\nservices:\n  ok: { build: . }\n'],
  ['a remote include', 'include: ["oci://example.com/x"]\nservices:\n  ok: { build: . }\n'],
])('composeReader names %s that is not here, and keeps the other builds', async (_, text) => {
  const { builds, problems } = await read({ 'compose.yaml': text });
  expect(builds.map(({ name }) => name)).toEqual(['ok']);
  expect(problems).toHaveLength(1);
});

test('composeReader refuses aliases that multiply each other, and deep nesting', async () => {
  const lines = Array.from({ length: 30 }, (_, index) => `x-${index + 1}: &a${index + 1} [*a${index}, *a${index}]`);
  const bomb = ['x-0: &a0 [x]', ...lines, 'services: {}'].join('\n');
  for (const text of [bomb, `services: ${'['.repeat(50_000)}`, `services: ${'{a: '.repeat(5_000)}`]) {
    const { builds, problems } = await read({ 'compose.yaml': text });
    expect(builds).toEqual([]);
    expect(problems).not.toEqual([]);
  }
});

test('composeReader never throws, whatever a file holds', async () => {
  const pieces = fc.constantFrom(
    ...[
      'services:',
      '\n',
      '  ',
      'web:',
      ' ',
      'build:',
      'args:',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '&a',
      '*a',
      '<<: ',
      '!reset',
    ],
    ...['${A}', '"', "'", '|', 'extends:', 'file:', 'compose.yaml', 'include:', '---', 'image: x', ',', '#', ': '],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 50 }), fc.array(pieces, { maxLength: 20 }), async (main, over) => {
      const files = { 'compose.yaml': main.join(''), 'compose.override.yaml': over.join(''), '.env': over.join('') };
      const { builds, problems } = await read(files);
      expect(builds.length + problems.length).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('composeReader refuses services that make too much of the one they extend, and reads as many as people have', async () => {
  const made = (services: number, values: number) =>
    read({
      'compose.yaml': `services:\n  base: { build: { context: ., args: { ${Array.from({ length: values }, (_, i) => `A${i}: x`).join(', ')} } } }\n${Array.from({ length: services }, (_, i) => `  s${i}: { extends: { service: base } }`).join('\n')}\n`,
    });
  const honest = await made(50, 100);
  expect(honest.problems).toEqual([]);
  expect(honest.builds).toHaveLength(51);
  const { problems } = await made(600, 2000);
  expect(problems).toMatchObject([{ isOfFile: true, message: expect.stringContaining('limit extended-values') }]);
});
