import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { completion } from '../../src/cli/completion.js';
import { completionScript } from '../../src/cli/completion-scripts.js';
import { COMMANDS, SHELLS } from '../../src/cli/definitions.js';
import { runCommand } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';

/** What bash offers for a line, the cursor behind its last word. */
function offeredByBash(...words: readonly string[]): readonly string[] {
  const directory = makeDirectory({ 'completion.bash': completionScript('bash', COMMANDS) });
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _base_image_gate; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const path = join(directory, 'run.sh');
  writeFileSync(path, script);
  const out = execFileSync('bash', [path, join(directory, 'completion.bash'), 'base-image-gate', ...words], {
    encoding: 'utf8',
  });
  return out.split('\n').filter((line) => line !== '');
}

describe('completion', () => {
  test.each(SHELLS)('for %s names every command, flag and choice', async (shell) => {
    const { code, stdout } = await runCommand(completion, makeDirectory({}), shell);
    expect(code).toBe(0);
    for (const { name, flags } of COMMANDS) {
      expect(stdout).toContain(name.split(' ').at(-1));
      for (const flag of Object.keys(flags)) expect(stdout).toContain(shell === 'fish' ? `-l ${flag}` : `--${flag}`);
    }
    expect(stdout).toContain('code-quality');
  });

  test.each<readonly [string, readonly string[], readonly string[]]>([
    ['commands', ['exp'], ['explain', 'export']],
    ['commands of policy', ['policy', 'va'], ['validate']],
    ['flags', ['images', '--for'], ['--format']],
    ['flags of a command of two words', ['policy', 'test', '--off'], ['--offline']],
    ['commands of survey', ['survey', 'm'], ['merge']],
    ['flags of survey itself', ['survey', '--sh'], ['--shard']],
    ['flags of a command of survey', ['survey', 'merge', '--o'], ['--output']],
    ['words of a flag', ['check', '--format', 'ju'], ['junit']],
    ['profiles', ['check', '--profile', 'h'], ['hardened']],
    ['roles', ['explain', 'alpine', '--role', 'f'], ['final', 'frontend']],
    ['nothing of its own where a file is wanted', ['check', '--output', ''], []],
    ['shells', ['completion', ''], [...SHELLS]],
  ])('in bash offers %s', (_, words, offered) => {
    expect(offeredByBash(...words)).toEqual(offered);
  });

  test.each([[['tcsh']], [[]], [['bash', 'zsh']]])('refuses %j', async (args) => {
    const { code, stdout } = await runCommand(completion, makeDirectory({}), ...args);
    expect([code, stdout]).toEqual([3, '']);
  });
});
