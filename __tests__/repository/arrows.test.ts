import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Arrow {
  readonly from: string;
  readonly to: string;
  /** What is imported is there when the program runs, now or when it is needed. */
  readonly value: boolean;
}

const files = execFileSync('git', ['-C', root, 'ls-files', '-z', '--', 'src/*.ts'], { encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '');

/** Every import of one file of src/ by another. */
const arrows: readonly Arrow[] = files.flatMap((from) => {
  const text = readFileSync(join(root, from), 'utf8');
  const imports = text.matchAll(/^(?:import|export) ([^;]*?) from '(\.[^']+)\.js';|\bimport\('(\.[^']+)\.js'\)/gm);
  return [...imports].map(([, names = '', path, whenNeeded]) => ({
    from,
    to: `${normalize(join(dirname(from), whenNeeded ?? path ?? ''))}.ts`,
    value: !/^type |^\{(?:\s*type [^,}]+,?)+\s*\}$/.test(names),
  }));
});

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
  expect(arrows.length).toBeGreaterThan(1_000);
  expect(circles(arrows)).toEqual([]);
});

/** The modules of docs/architecture.md from the top to the bottom; those of one row stand side by side. */
const rows = (/## Modules\n([\s\S]*?)\n## /.exec(readFileSync(join(root, 'docs/architecture.md'), 'utf8'))?.[1] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| `src/'))
  .map((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, module = '']) => module));

const listed = new Set(rows.flat());
/** A file with a row of its own is a module; any other belongs to its directory below src/. */
const moduleOf = (file: string): string => (listed.has(file) ? file : file.split('/').slice(0, 2).join('/'));
const rowOf = (file: string): number => rows.findIndex((modules) => modules.includes(moduleOf(file)));

test('docs/architecture.md lists every module once', () => {
  expect(rows.flat().toSorted()).toEqual([...new Set(files.map(moduleOf))].sort());
});

/** What may import from above, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'src/image-content/filesystem/file-entry.ts -> src/packages/catalogers/cataloger.ts':
    'the schema of a file has the packages that are inside it',
  'src/image-content/layers/file-scanner.ts -> src/packages/catalogers/index.ts':
    'the one pass over a layer feeds the catalogers',
  'src/policy/resolve-authorities.ts -> src/signatures/key.ts': 'a policy whose key can not be read is refused',
  'src/policy/resolve-notation.ts -> src/signatures/notation/trust-policy.ts':
    'a policy whose identities can not be read is refused',
  'src/policy/resolve-notation.ts -> src/signatures/notation/trust-store.ts':
    'a policy whose certificates can not be read is refused',
  'src/rules/allowed-base.ts -> src/suggestions/advice.ts': 'its advice asks the other rules for their answers',
  'src/rules/allowed-base.ts -> src/suggestions/suggestions.ts': 'its advice asks the other rules for their answers',
};

test('a file imports values from its own module and from modules below it', () => {
  const up = arrows.filter(
    ({ from, to, value }) => value && moduleOf(from) !== moduleOf(to) && rowOf(from) > rowOf(to) && rowOf(to) >= 0,
  );
  expect(up.map(({ from, to }) => `${from} -> ${to}`).sort()).toEqual(Object.keys(EXCEPTIONS).sort());
});
