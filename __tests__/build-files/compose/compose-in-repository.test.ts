// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Compose files
import { expect, test } from '@jest/globals';
import { readRepository } from '../../../src/build-files/read.js';
import type { Reading, ReadingOptions } from '../../../src/build-files/reading.js';
import { openWorkingTree } from '../../../src/build-files/working-tree.js';
import { makeDirectory } from '../../support/process/scratch-repository.js';
import { READING_OPTIONS } from '../../support/reading-options.js';

async function read(files: Readonly<Record<string, string>>, options: Partial<ReadingOptions> = {}): Promise<Reading> {
  const tree = openWorkingTree(makeDirectory(files), { allFiles: true });
  const reading = await readRepository(tree, { ...READING_OPTIONS, allFiles: true, ...options });
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.value;
}

const images = ({ uses }: Reading) =>
  uses.filter(({ unresolved }) => unresolved === undefined).map((use) => use.expanded);
const notices = ({ unseen }: Reading) => unseen.map(({ path, what }) => `${path} ${what}`);

const DOCKERFILE = 'ARG BASE\nFROM ${BASE} AS one\nFROM scratch AS two\n';

test('a Compose file gives a Dockerfile its arguments, target and platforms', async () => {
  const reading = await read({
    'app/web.build': DOCKERFILE,
    'compose.yaml': `services:
  web:
    build: { context: app, dockerfile: web.build, target: one, args: { BASE: evil.example/x }, platforms: [linux/arm64] }
`,
  });
  expect(reading.files).toEqual([{ path: 'app/web.build', status: 'read' }]);
  expect(images(reading)).toEqual(['evil.example/x']);
  const use = reading.uses.find(({ expanded }) => expanded === 'evil.example/x');
  expect(use).toMatchObject({
    role: 'final',
    reachable: true,
    targetPlatforms: [{ os: 'linux', architecture: 'arm64' }],
  });
  expect(reading.builds).toMatchObject([{ definition: 'compose.yaml', line: 2, name: 'web', target: 'one', open: [] }]);
});

test('a variable without a value leaves the default of the Dockerfile, and is named', async () => {
  const files = {
    Dockerfile: 'ARG BASE=alpine\nFROM $BASE\n',
    'compose.yaml': 'services:\n  web: { build: { args: { BASE: "${WHICH}" } } }\n',
  };
  const reading = await read(files);
  expect(images(reading)).toEqual(['alpine']);
  expect(reading.uses).toMatchObject([{ open: [{ argument: 'BASE', decidedBy: 'environment variable WHICH' }] }]);
  expect(notices(reading)).toEqual([]);
  expect(images(await read(files, { environment: { WHICH: 'busybox' } }))).toContain('busybox');
});

test('the build of a dev container is evaluated with its arguments', async () => {
  const reading = await read({
    '.devcontainer/Dockerfile': DOCKERFILE,
    '.devcontainer/devcontainer.json': '{ "build": { "dockerfile": "Dockerfile", "args": { "BASE": "alpine:3" } } }',
  });
  expect(images(reading)).toContain('alpine:3');
});

test('a file that is nothing alone is read over the default file of its directory', async () => {
  const reading = await read({
    Dockerfile: DOCKERFILE,
    'compose.yaml': 'services:\n  web: { build: { args: { BASE: a } } }\n  api: { image: x }\n',
    'compose.prod.yaml': 'services:\n  web: { build: { target: two } }\n  api: { command: run }\n',
  });
  expect(notices(reading)).toEqual([]);
  expect(reading.builds?.map(({ target }) => target)).toEqual([undefined, 'two']);
});

test('a Compose file that Compose refuses is unreadable where it may build something', async () => {
  const refused = await read({ 'compose.yaml': 'services:\n  web: { build: { target: 1 } }\n' });
  expect(refused.files).toMatchObject([{ path: 'compose.yaml', status: 'unreadable', line: 2 }]);
  const other = await read({ 'x/dev.compose.yaml': 'web:\n  image: x\n' });
  expect(other.files).toEqual([]);
  expect(notices(other)).toEqual([expect.stringContaining('version 1')]);
});

test('a build whose file is outside or not here is named, and one whose file is inline is read', async () => {
  const reading = await read({
    'compose.yaml': `services:
  a: { build: { dockerfile_inline: FROM x } }
  b: { build: ../elsewhere }
  c: { build: https://example.com/r.git }
  d: { build: gone }
`,
  });
  expect(notices(reading)).toEqual([
    expect.stringContaining('outside the repository'),
    expect.stringContaining('https://example.com/r.git'),
  ]);
  expect(reading.uses).toMatchObject([{ file: 'compose.yaml', line: 2, expanded: 'x', role: 'final' }]);
  expect(reading.files).toMatchObject([{ path: 'gone/Dockerfile', status: 'skipped' }]);
});
