import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { withActionTables } from '../../scripts/generate/action-tables.js';
import { stale, write } from '../../scripts/generate/generated.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('what is made from the source', () => {
  test('is as npm run generate writes it', () => {
    expect(stale(ROOT)).toEqual([]);
  });
});

describe('npm run generate', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'generate-'));
    cpSync(join(ROOT, 'action.yml'), join(root, 'action.yml'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  test('writes everything into an empty directory, and then nothing more', () => {
    expect(write(root)).toContain('docs/rules/allowed-base.md');
    expect(stale(root)).toEqual([]);
    expect(write(root)).toEqual([]);
  });

  test('fixes what was edited and removes the page of a rule that is no more', () => {
    write(root);
    writeFileSync(join(root, 'docs/rules/allowed-base.md'), 'edited');
    writeFileSync(join(root, 'docs/rules/gone.md'), 'left over');
    expect(write(root)).toEqual(['docs/rules/allowed-base.md', 'docs/rules/gone.md']);
    expect(stale(root)).toEqual([]);
  });

  test('a page shows why, what to do, and the levels', () => {
    write(root);
    const page = readFileSync(join(root, 'docs/rules/allowed-base.md'), 'utf8');
    expect(page).toContain('# allowed-base\n');
    expect(page).toMatch(/^\| warning \| warning +\| error +\| error +\| warning +\|$/m);
    expect(page).toContain('CM-7');
  });

  test('a page names options as the policy writes them', () => {
    write(root);
    const page = readFileSync(join(root, 'docs/rules/fresh.md'), 'utf8');
    expect(page).toMatch(/^\| `max-age` .* \| `30d` .*\| `7d` /m);
  });
});

describe('the tables of inputs and outputs', () => {
  const action = [
    'inputs:',
    '  policy: { description: "The file: a | b.", required: false }',
    '  token: { description: A token., default: "the-token" }',
    'outputs:',
    '  verdict: { description: pass or fail. }',
  ].join('\n');
  const readme = (inputs: string, outputs: string) =>
    [
      'before',
      '<!-- inputs: made from action.yml by npm run generate -->',
      ...(inputs === '' ? [] : ['', inputs, '']),
      '<!-- end of inputs -->',
      'between',
      '<!-- outputs: made from action.yml by npm run generate -->',
      ...(outputs === '' ? [] : ['', outputs, '']),
      '<!-- end of outputs -->',
      'after',
    ].join('\n');

  test('replace what is between their markers', () => {
    const made = readme(
      [
        '| Input    | Meaning                        |',
        '| -------- | ------------------------------ |',
        '| `policy` | The file: a \\| b.              |',
        '| `token`  | A token. Default: `the-token`. |',
      ].join('\n'),
      ['| Output    | Meaning       |', '| --------- | ------------- |', '| `verdict` | pass or fail. |'].join('\n'),
    );
    expect(withActionTables(readme('', ''), action)).toBe(made);
    expect(withActionTables(made, action)).toBe(made);
  });

  test('a README without the markers is an error that shows them', () => {
    expect(() => withActionTables('nothing', action)).toThrow('<!-- end of inputs -->');
  });
});
