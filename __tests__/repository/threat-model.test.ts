import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const page = read('../../docs/threat-model.md');

/** What the page names: a file below __tests__/, and a title in it. */
const named = [...page.matchAll(/`([\w./-]+\.ts)` “([^”]+)”/g)].map(([, file = '', title = '']) => ({ file, title }));

/** The titles of tests and of groups of tests in a file; of a file of cases, every text that stands alone. */
function titles(file: string): readonly string[] {
  const text = read(`../${file}`);
  const pattern = file.endsWith('.test.ts')
    ? /\(\s*(?:\[[^\]]*\],\s*)?(['"`])((?:\\.|(?!\1).)+)\1,\s*(?:async )?\(/g
    : /(['"`])((?:\\.|(?!\1).)+)\1/g;
  return [...text.matchAll(pattern)].map(([, , title = '']) => title.replaceAll("\\'", "'"));
}

describe('docs/threat-model.md', () => {
  test('names tests that exist', () => {
    expect(named.length).toBeGreaterThan(80);
    const missing = named.filter(
      ({ file, title }) => !existsSync(new URL(`../${file}`, import.meta.url)) || !titles(file).includes(title),
    );
    expect(missing).toEqual([]);
  });

  test('names a test for each attack', () => {
    const attacks = page.slice(page.indexOf('## Attacks by a pull request'), page.indexOf('## Simulated attacks'));
    const rows = attacks.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:attack|-+) /.test(line));
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.filter((row) => !/`[\w./-]+\.ts` “[^”]+”/.test(row))).toEqual([]);
  });
});
