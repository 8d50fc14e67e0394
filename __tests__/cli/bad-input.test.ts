import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { useBundledCli } from '../support/process/bundled-cli.js';
import { DENY, expectKind, POLICY } from '../support/process/cli-cases.js';
import { makeDirectory, makeRepository } from '../support/process/scratch-repository.js';

const cli = useBundledCli();

describe('bad input', () => {
  test.each([
    ['empty', ''],
    ['a list', '- a\n'],
    ['duplicate keys', 'version: 1\nversion: 1\n'],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
        .split('')
        .map((key, place) => `${key}: &${key} [${Array(9).fill(`*${'abcdefg'[place]}`).join(',')}]`)
        .join('\n')}\n`,
    ],
    ['an unknown rule', 'version: 1\nrules: { frsh: error }\n'],
    ['huge', `version: 1\n# ${'x'.repeat(2 * 1024 * 1024)}\n`],
    ['binary', Buffer.from([0xff, 0xfe, 0x00, 0x01])],
    ['deeply nested', `version: ${'['.repeat(50_000)}`],
  ])('a policy that is %s is 3, with file and line', (_, text) => {
    const result = cli.run(['check', '--offline'], makeDirectory({ Dockerfile: 'FROM scratch\n', [POLICY]: text }));
    expect(result.code).toBe(3);
    expect(result.stderr).toMatch(/^\.github\/base-image-gate\.yml:\d+:\d+: error: /);
    expectKind(result);
  });

  test.each([
    ['binary', Buffer.from([0, 1, 2, 3, 255, 254])],
    ['50 MB', Buffer.alloc(50 * 1024 * 1024, 'FROM alpine\n')],
    ['empty', ''],
  ])('a Dockerfile that is %s is unreadable, and never a pass', (_, content) => {
    const result = cli.run(['check', '--offline'], makeDirectory({ Dockerfile: content }));
    expect(result.code).toBe(2);
    expectKind(result);
  });

  test('a base whose name is not UTF-8 is an image that is not known', () => {
    const files = { Dockerfile: Buffer.from('FROM alp\xffine\n', 'latin1') };
    const result = cli.run(['check', '--offline', '--profile', 'hardened'], makeDirectory(files));
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/✗ known-reference/);
    expectKind(result);
  });

  test('a directory called Dockerfile is none, and what lies in it is looked at', () => {
    const directory = makeDirectory({ 'Dockerfile/Dockerfile': 'FROM docker.io/evil/base:1\n', [POLICY]: DENY });
    expect(cli.run(['check', '--offline'], directory).code).toBe(1);
  });

  test('a problem of the policy that is extended is reported in its own file, with its own lines', () => {
    const directory = makeDirectory({
      [POLICY]: 'version: 1\nextends: org/base.yml\n',
      'org/base.yml': 'version: 1\n\nallow:\n  - { image: "**", signed: false, reason: r }\n',
    });
    const { code, stderr } = cli.run(['policy', 'validate', POLICY], directory);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^org\/base\.yml:4:14: warning: /);
    expect(stderr).toContain(' 4 |   - { image: "**"');
  });

  test('a policy of another directory names its files from there, for check as for validate', () => {
    const directory = makeDirectory({
      [`org/${POLICY}`]: 'version: 1\nextends: base.yml\n',
      'org/base.yml': 'version: 1\ndeny: [{ image: "docker.io/evil/**", reason: it is evil }]\n',
      'app/Dockerfile': 'FROM docker.io/evil/base:1\n',
    });
    expect(cli.run(['policy', 'validate', `org/${POLICY}`], directory).code).toBe(0);
    const result = cli.run(['check', 'app', '--offline', '--policy', `org/${POLICY}`], directory);
    expect([result.code, result.stderr]).toEqual([1, '']);
  });

  test('the caret is right behind a byte order mark', () => {
    const directory = makeDirectory({ Dockerfile: '\ufeffFROM docker.io/evil/base:1\n', [POLICY]: DENY });
    const [above = '', carets = ''] =
      /1 \| (.*)\n +\| (.*)\n/.exec(cli.run(['check', '--offline', '--details'], directory).stdout)?.slice(1) ?? [];
    expect(above.slice(carets.indexOf('^'), carets.length)).toBe('docker.io/evil/base:1');
  });

  test('a file that cannot be written is said, and nothing else is lost', () => {
    const directory = makeDirectory({ Dockerfile: 'FROM scratch\n', blocked: '' });
    const result = cli.run(['check', '--offline', '--output', 'blocked/report.txt'], directory);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('blocked/report.txt could not be written');
    expectKind(result);
  });

  test('a read-only repository is evaluated all the same', () => {
    const directory = makeRepository({ Dockerfile: 'FROM docker.io/evil/base:1\n', [POLICY]: DENY });
    chmodSync(directory, 0o555);
    const result = cli.run(['check', '--offline'], directory, { TMPDIR: directory });
    chmodSync(directory, 0o755);
    expect(result.code).toBe(1);
  });

  test('text of a build file that would drive a terminal is shown, not obeyed', () => {
    const directory = makeDirectory({ Dockerfile: 'FROM docker.io/evil/\x1b]0;owned\x07base\n', [POLICY]: DENY });
    const result = cli.run(['check', '--offline'], directory);
    expect(`${result.stdout}${result.stderr}`).not.toContain('\x1b');
  });

  test('the working tree’s own git configuration runs nothing', () => {
    const directory = makeRepository({ Dockerfile: 'FROM scratch\n' });
    const marker = join(directory, 'ran');
    const script = join(directory, 'evil.sh');
    writeFileSync(script, `#!/bin/sh\ntouch ${marker}\n`);
    chmodSync(script, 0o755);
    writeFileSync(join(directory, '.git/config'), `[core]\n\tfsmonitor = ${script}\n\thooksPath = ${directory}\n`);
    expect(cli.run(['check', '--offline'], directory).code).toBe(0);
    expect(() => readFileSync(marker)).toThrow('ENOENT');
  });
});
