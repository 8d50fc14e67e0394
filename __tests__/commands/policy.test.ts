import { expect, test } from '@jest/globals';
import { policyCommand } from '../../src/commands/policy.js';
import { makeDirectory } from '../support/scratch-repository.js';

test.each([
  ['a file', false, false],
  ['a terminal', true, true],
])('problems written to %s: coloured is %j', async (_, progress, coloured) => {
  const cwd = makeDirectory({ 'policy.yml': 'version: 2\n' });
  const written: string[] = [];
  const io = {
    stdout: () => {},
    stderr: (text: string) => void written.push(text),
    env: {},
    cwd,
    colour: true,
    columns: 80,
    progress,
  };
  expect(await policyCommand(['validate', 'policy.yml'], io)).toBe(3);
  expect(written.join('').includes('\x1b[')).toBe(coloured);
});
