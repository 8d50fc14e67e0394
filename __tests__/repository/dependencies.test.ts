import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { z } from 'zod';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const versions = z.record(z.string(), z.string());
const manifest = z
  .object({ dependencies: versions, devDependencies: versions })
  .parse(JSON.parse(read('package.json')));

const section = /## Dependencies\n([\s\S]*?)(?=\n## |$)/.exec(read('docs/architecture.md'))?.[1] ?? '';
const [bundled = '', forWork = ''] = section.split('in no bundle:');
/** The rows of a table whose first cell names packages. */
const rowsOf = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

test.each([
  ['what is bundled', bundled, manifest.dependencies],
  ['what is for work on the repository', forWork, manifest.devDependencies],
] as const)('docs/architecture.md justifies each dependency and no other: %s', (_what, text, dependencies) => {
  const rows = rowsOf(text);
  const named = rows.flatMap(([, packages = '']) => [...packages.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  expect(named.toSorted()).toEqual(Object.keys(dependencies).toSorted());
  for (const [, , purpose, rejected] of rows) {
    expect(purpose).toMatch(/\w/);
    expect(rejected).toMatch(/\w/);
  }
});
