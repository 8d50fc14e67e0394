import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** Every import of one file of src/ by another, those of types and those that are made when they are needed included. */
function arrows(): readonly Arrow[] {
  const files = execFileSync('git', ['-C', root, 'ls-files', '-z', '--', 'src/*.ts'], { encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '');
  return files.flatMap((from) =>
    [...readFileSync(join(root, from), 'utf8').matchAll(/(?:\bfrom |\bimport\()'(\.[^']+)\.js'/g)].map(
      ([, path = '']) => ({ from, to: `${normalize(join(dirname(from), path))}.ts` }),
    ),
  );
}

/** What is left when every file that imports none of the others, or that none of them imports, is taken away again and again. */
function circles(all: readonly Arrow[]): readonly string[] {
  let left = all;
  for (;;) {
    const importing = new Set(left.map(({ from }) => from));
    const imported = new Set(left.map(({ to }) => to));
    const inner = left.filter(({ from, to }) => importing.has(to) && imported.has(from));
    if (inner.length === left.length) return [...importing].sort();
    left = inner;
  }
}

test('no file imports itself by way of others', () => {
  const all = arrows();
  expect(all.length).toBeGreaterThan(1_000);
  expect(circles(all)).toEqual([]);
});
