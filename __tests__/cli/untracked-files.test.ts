import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { check } from '../../src/cli/check.js';
import { images } from '../../src/cli/images.js';
import { policyInit } from '../../src/cli/policy-init.js';
import { runCommand } from '../support/process/run-command.js';
import { git, makeDirectory, makeRepository } from '../support/process/scratch-repository.js';

function repositoryWithNew(...untracked: readonly string[]): string {
  const directory = makeRepository({
    'old/Dockerfile': 'FROM scratch\n',
    '.gitignore': 'made/\n',
    'made/Dockerfile': 'FROM alpine\n',
    ...Object.fromEntries(untracked.map((path) => [path, 'FROM alpine\n'])),
  });
  git(directory, 'rm', '--quiet', '--cached', 'made/Dockerfile', ...untracked);
  return directory;
}

describe('a build file that git does not track yet', () => {
  test.each([
    ['images', images, []],
    ['check', check, ['--offline']],
    ['policy init', policyInit, []],
  ] as const)('is named by %s, one that git ignores is not', async (_, command, args) => {
    const { code, stderr } = await runCommand(command, repositoryWithNew('new/Dockerfile', 'README'), ...args);
    expect(code).toBe(0);
    expect(stderr).toContain(
      `Not read, since git does not track it: new/Dockerfile. Run \`git add\`, or add --all-files.\n`,
    );
  });

  test('is read with --all-files, so nothing is said of it', async () => {
    const { stdout, stderr } = await runCommand(images, repositoryWithNew('new/Dockerfile'), '--all-files');
    expect(stdout).toContain('new/Dockerfile\n');
    expect(stderr).toBe('');
  });

  test('is counted where there are many, and its name stays on its line', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `${index}\n/Dockerfile`);
    const { stderr } = await runCommand(images, repositoryWithNew(...names));
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain('Not read, since git does not track them: ');
    expect(stderr).toContain(' and 2 more. ');
  });

  test('is nothing that can be reported outside a checkout', async () => {
    const directory = makeDirectory({ Dockerfile: 'FROM alpine\n' });
    expect((await runCommand(images, directory)).stderr).toBe('');
    const broken = repositoryWithNew('new/Dockerfile');
    rmSync(join(broken, '.git/HEAD'));
    expect((await runCommand(images, broken)).code).toBe(0);
  });
});
