import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const directory = new URL('../../.github/workflows/', import.meta.url);
const workflows = readdirSync(directory).map((name) => [name, readFileSync(new URL(name, directory), 'utf8')] as const);

test('every action is pinned by commit', () => {
  const uses = workflows.flatMap(([name, text]) =>
    [...text.matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(([, action = '']) => `${name}: ${action}`),
  );
  expect(uses.length).toBeGreaterThan(5);
  expect(uses.filter((use) => !/: (?:\.\/|base-image-gate\/|[\w./-]+@[0-9a-f]{40} # v\d)/.test(use))).toEqual([]);
});

test('every workflow begins with no right but to read the repository', () => {
  for (const [, text] of workflows) expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
});

test('no checkout leaves the token behind', () => {
  for (const [name, text] of workflows) {
    const checkouts = text.match(/uses: actions\/checkout@/g)?.length ?? 0;
    expect([name, text.match(/persist-credentials: false/g)?.length ?? 0]).toEqual([name, checkouts]);
  }
});
