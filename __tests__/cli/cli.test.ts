import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { useBundledCli } from '../support/process/bundled-cli.js';
import { DENY, expectKind, POLICY } from '../support/process/cli-cases.js';
import { makeDirectory } from '../support/process/scratch-repository.js';

const cli = useBundledCli();

describe('exit codes', () => {
  test('no build file passes, and says that nothing was evaluated', () => {
    const result = cli.run(['check', '--offline'], makeDirectory({ 'README.md': '' }));
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('nothing was evaluated');
  });

  test('a failure is 1, on standard output, with place, frame and fix', () => {
    const files = { Dockerfile: 'FROM alpine\nFROM docker.io/evil/base:1\n', [POLICY]: DENY };
    const result = cli.run(['check', '--offline', '--details'], makeDirectory(files));
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('denied-base  Dockerfile:2:6');
    expect(result.stdout).toContain('docker.io/evil/base:1 is denied by');
    expect(result.stdout).toMatch(/ 2 \| FROM docker\.io\/evil\/base:1\n\s+\| {6}\^{21}\n/);
    expect(result.stdout).toContain('fix: Build on another image');
  });

  test('an unreadable file is 2', () => {
    const result = cli.run(['check', '--offline'], makeDirectory({ Dockerfile: 'FROM\n' }));
    expect(result.code).toBe(2);
    expectKind(result);
  });

  test.each([
    [[], 'Usage:'],
    [['chek'], 'Unknown command "chek". Did you mean check?'],
    [['help', 'chek'], 'Unknown command "chek". Did you mean check?'],
    [['deploy'], 'Unknown command "deploy".\nAll commands: '],
    [['check', '--color'], "Unknown option '--color'."],
    [['check', '--ofline'], "Unknown option '--ofline'. Did you mean --offline?"],
    [['check', '--trusted-root', 'gone.json'], '--trusted-root: there is no file gone.json'],
    [['check', '--vulnerabilities', 'gone'], '--vulnerabilities: there is no directory gone'],
    [['check', '--registry', 'a.example=oci-layout:gone'], 'gone has no index.json'],
    [['inspect', 'a.example/b', '--registry', 'a.example=oci-layout:.'], '. has no index.json'],
    [['verify', 'a.example/b', '--policy', 'gone.yml'], 'The policy gone.yml does not exist; expected'],
    [['verify', 'a.example/b', '--key', 'gone.pub'], '--key: the file gone.pub is not there'],
    [['evidence'], 'Which framework?'],
    [['fix'], 'expected --pin'],
    [['check', '--profile', 'hard'], '--profile is "hard"; expected observe, baseline, hardened, strict.'],
    [['check', '--format', 'xml'], '--format is "xml"'],
    [['check', '--policy', 'missing.yml'], 'missing.yml does not exist'],
    [['images', 'a', 'b'], 'Unexpected argument "b"'],
    [['images', '--build-arg', '=x'], 'has no name'],
    [['images', '--platform', 'linux/amd64,lin ux'], '"lin ux" is not a platform'],
    [['images', '--build-arg', 'UNSET_HERE'], 'has no value'],
    [['check', '--registry', 'nonsense'], '--registry'],
    [['check', '--platform', 'linux/amd64,nonsense'], '"nonsense" names neither a known operating system'],
    [['rules', 'no-such-rule'], 'There is no rule "no-such-rule". The rules are: '],
    [['rules', 'DISTROLES'], 'Did you mean "distroless"?'],
    [['policy'], 'policy validate [FILE|DIR]'],
    [['policy', 'validate', 'missing.yml'], 'does not exist'],
    [['policy', 'validate'], 'base-image-gate.yml does not exist'],
    [['policy', 'show'], 'or "policy test [FILE]" and not "show".'],
  ])('%j is wrong usage: 3, and %s', (args, message) => {
    const result = cli.run(args, makeDirectory({}));
    expect(result.code).toBe(3);
    expect(result.stderr).toContain(message);
    expect(result.stdout).toBe('');
    expectKind(result);
  });

  test('a directory that is not there is 3, and not "nothing to evaluate"', () => {
    const result = cli.run(['check', 'no-such-directory'], makeDirectory({}));
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('no-such-directory');
    expectKind(result);
  });

  test('what a message says to type can be typed', () => {
    const directory = makeDirectory({});
    const { stderr } = cli.run(['check', '--nonsense'], directory);
    const [, script = '', ...args] = (stderr.trim().split(': ').at(-1) ?? '').split(' ');
    expect(join(directory, script)).toBe(cli.entry);
    expect(cli.run(args, directory)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Usage: base-image-gate check'),
    });
  });

  test('a report that can not be written is 2, and says where', () => {
    const directory = makeDirectory({ file: '' });
    const result = cli.run(['check', '--offline', '--output', 'file/report.txt'], directory);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('The output file file/report.txt could not be written: ');
    expect(cli.run(['check', '--offline', '--output', 'a/b/report.txt'], directory).code).toBe(0);
    expect(readFileSync(join(directory, 'a/b/report.txt'), 'utf8')).toContain('PASS');
  });

  test('help COMMAND is COMMAND --help', () => {
    const directory = makeDirectory({});
    expect(cli.run(['help', 'fix'], directory)).toEqual(cli.run(['fix', '--help'], directory));
  });
});
