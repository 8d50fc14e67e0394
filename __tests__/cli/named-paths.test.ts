import { describe, expect, test } from '@jest/globals';
import { check } from '../../src/cli/check.js';
import { evaluatedPlace } from '../../src/cli/named-paths.js';
import { runCommand } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';

const POLICY = 'version: 1\ndeny:\n  - { image: "evil.example/**", reason: it is evil }\n';
const FILES = {
  '.github/base-image-gate.yml': POLICY,
  Dockerfile: 'FROM scratch\n',
  'api/Dockerfile': 'FROM evil.example/base:1\n',
  'notes.txt': 'FROM evil.example/base:1\n',
};

describe('the place that is evaluated', () => {
  const cwd = makeDirectory(FILES);

  test.each([
    [[], { directory: cwd }],
    [['api'], { directory: `${cwd}/api` }],
    [['Dockerfile'], { directory: cwd, only: ['Dockerfile'] }],
    [['./Dockerfile', 'api/Dockerfile'], { directory: cwd, only: ['Dockerfile', 'api/Dockerfile'] }],
  ])('of %j is %j', (args, value) => {
    expect(evaluatedPlace(args, { cwd })).toEqual({ ok: true, value });
  });

  test.each([[['gone']], [['Dockerfile', 'api']], [['../Dockerfile']], [['/etc/hostname']]])(
    'of %j is none',
    (args) => {
      expect(evaluatedPlace(args, { cwd })).toMatchObject({ ok: false });
    },
  );
});

describe('check FILE', () => {
  const run = (...args: readonly string[]) => runCommand(check, makeDirectory(FILES), '--offline', ...args);

  test('evaluates these files alone, by the policy of the repository', async () => {
    expect((await run('Dockerfile')).code).toBe(0);
    expect((await run('Dockerfile', 'api/Dockerfile')).code).toBe(1);
  });

  test('refuses a file that nothing reads, since that would be a pass without a look', async () => {
    const { code, stderr } = await run('notes.txt');
    expect([code, stderr]).toEqual([3, expect.stringContaining('notes.txt was not read')]);
  });
});
