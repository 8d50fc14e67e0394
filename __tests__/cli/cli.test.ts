import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { BundledCli, type CliResult } from '../support/process/bundled-cli.js';
import { makeDirectory, makeRepository } from '../support/process/scratch-repository.js';
import { sarifErrors } from '../support/sarif-schema.js';

const cli = new BundledCli();
afterAll(() => cli.remove());

const STOREFRONT = fileURLToPath(new URL('../../examples/storefront', import.meta.url));
const POLICY = '.github/base-image-gate.yml';
const DENY = 'version: 1\nprofile: baseline\ndeny: [{ image: "docker.io/evil/**", reason: it is evil }]\n';

/** A message for a person: no stack, no path of the bundle. */
function expectKind({ stdout, stderr }: CliResult): void {
  expect(`${stdout}${stderr}`).not.toMatch(/\n\s+at |TypeError|dist\/chunks/);
}

describe('exit codes', () => {
  test('no build file passes, and says that nothing was judged', () => {
    const result = cli.run(['check', '--offline'], makeDirectory({ 'README.md': '' }));
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('nothing was judged');
  });

  test('a failure is 1, on standard output, with place, frame and remedy', () => {
    const files = { Dockerfile: 'FROM alpine\nFROM docker.io/evil/base:1\n', [POLICY]: DENY };
    const result = cli.run(['check', '--offline'], makeDirectory(files));
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('--> Dockerfile:2:6');
    expect(result.stdout).toContain('docker.io/evil/base:1 is denied by `docker.io/evil/**`: it is evil.');
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
    [['check', '--colour'], "Unknown option '--colour'."],
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
    [['check', 'a', 'b'], 'Unexpected argument "b"'],
    [['images', '--build-arg', '=x'], 'has no name'],
    [['images', '--platform', 'linux/amd64,lin ux'], '"lin ux" is not a platform'],
    [['images', '--build-arg', 'UNSET_HERE'], 'has no value'],
    [['check', '--registry', 'nonsense'], '--registry'],
    [['check', '--platform', 'linux/amd64,nonsense'], '"nonsense" names neither a known operating system'],
    [['rules', 'no-such-rule'], 'There is no rule "no-such-rule". The rules are: '],
    [['rules', 'DISTROLES'], 'Did you mean "distroless"?'],
    [['policy'], 'validate FILE'],
    [['policy', 'validate', 'missing.yml'], 'does not exist'],
    [['policy', 'validate', '.'], 'it is a directory. Expected a readable file'],
    [['policy', 'show'], 'Expected "policy validate FILE" or "policy init [DIR]" and not "show".'],
  ])('%j is wrong usage: 3, and %s', (args, message) => {
    const result = cli.run(args, makeDirectory({}));
    expect(result.code).toBe(3);
    expect(result.stderr).toContain(message);
    expect(result.stdout).toBe('');
    expectKind(result);
  });

  test('a directory that is not there is 3, and not "nothing to judge"', () => {
    const result = cli.run(['check', 'no-such-folder'], makeDirectory({}));
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('no-such-folder');
    expectKind(result);
  });

  test('what a message says to type can be typed', () => {
    const folder = makeDirectory({});
    const { stderr } = cli.run(['check', '--nonsense'], folder);
    const [, script = '', ...args] = (stderr.trim().split(': ').at(-1) ?? '').split(' ');
    expect(join(folder, script)).toBe(cli.entry);
    expect(cli.run(args, folder)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Usage: base-image-gate check'),
    });
  });

  test('a report that can not be written is 2, and says where', () => {
    const folder = makeDirectory({ file: '' });
    const result = cli.run(['check', '--offline', '--output', 'file/report.txt'], folder);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('The output file file/report.txt could not be written: ');
    expect(cli.run(['check', '--offline', '--output', 'a/b/report.txt'], folder).code).toBe(0);
    expect(readFileSync(join(folder, 'a/b/report.txt'), 'utf8')).toContain('PASS');
  });

  test('help COMMAND is COMMAND --help', () => {
    const folder = makeDirectory({});
    expect(cli.run(['help', 'fix'], folder)).toEqual(cli.run(['fix', '--help'], folder));
  });

  test.each(['--help', '-h'])('every command explains itself with %s', (flag) => {
    for (const command of ['check', 'images', 'rules', 'policy', 'sbom', 'verify', 'verify-bundle']) {
      const result = cli.run([command, flag], makeDirectory({}));
      expect([command, result.code, result.stderr]).toEqual([command, 0, '']);
      expect(result.stdout).toContain(`base-image-gate ${command}`);
    }
  });
});

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
    expect(result.stdout).toContain('error[known-reference]');
    expectKind(result);
  });

  test('a directory called Dockerfile is none, and what lies in it is looked at', () => {
    const folder = makeDirectory({ 'Dockerfile/Dockerfile': 'FROM docker.io/evil/base:1\n', [POLICY]: DENY });
    expect(cli.run(['check', '--offline'], folder).code).toBe(1);
  });

  test('a problem of the policy that is extended is told in its own file, with its own lines', () => {
    const folder = makeDirectory({
      [POLICY]: 'version: 1\nextends: org/base.yml\n',
      'org/base.yml': 'version: 1\n\nallow:\n  - { image: "**", signed: false, reason: r }\n',
    });
    const { code, stderr } = cli.run(['policy', 'validate', POLICY], folder);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^org\/base\.yml:4:14: warning: /);
    expect(stderr).toContain(' 4 |   - { image: "**"');
  });

  test('a policy of another folder names its files from there, for check as for validate', () => {
    const folder = makeDirectory({
      [`org/${POLICY}`]: 'version: 1\nextends: base.yml\n',
      'org/base.yml': 'version: 1\ndeny: [{ image: "docker.io/evil/**", reason: it is evil }]\n',
      'app/Dockerfile': 'FROM docker.io/evil/base:1\n',
    });
    expect(cli.run(['policy', 'validate', `org/${POLICY}`], folder).code).toBe(0);
    const result = cli.run(['check', 'app', '--offline', '--policy', `org/${POLICY}`], folder);
    expect([result.code, result.stderr]).toEqual([1, '']);
  });

  test('the caret is right behind a byte order mark', () => {
    const folder = makeDirectory({ Dockerfile: '\ufeffFROM docker.io/evil/base:1\n', [POLICY]: DENY });
    const [above = '', carets = ''] =
      /1 \| (.*)\n +\| (.*)\n/.exec(cli.run(['check', '--offline'], folder).stdout)?.slice(1) ?? [];
    expect(above.slice(carets.indexOf('^'), carets.length)).toBe('docker.io/evil/base:1');
  });

  test('a file that cannot be written is said, and nothing else is lost', () => {
    const folder = makeDirectory({ Dockerfile: 'FROM scratch\n', blocked: '' });
    const result = cli.run(['check', '--offline', '--output', 'blocked/report.txt'], folder);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('blocked/report.txt could not be written');
    expectKind(result);
  });

  test('a read-only repository is judged all the same', () => {
    const folder = makeRepository({ Dockerfile: 'FROM docker.io/evil/base:1\n', [POLICY]: DENY });
    chmodSync(folder, 0o555);
    const result = cli.run(['check', '--offline'], folder, { TMPDIR: folder });
    chmodSync(folder, 0o755);
    expect(result.code).toBe(1);
  });

  test('text of a build file that would drive a terminal is shown, not obeyed', () => {
    const folder = makeDirectory({ Dockerfile: 'FROM docker.io/evil/\x1b]0;owned\x07base\n', [POLICY]: DENY });
    const result = cli.run(['check', '--offline'], folder);
    expect(`${result.stdout}${result.stderr}`).not.toContain('\x1b');
  });

  test('the working tree’s own git configuration runs nothing', () => {
    const folder = makeRepository({ Dockerfile: 'FROM scratch\n' });
    const marker = join(folder, 'ran');
    const script = join(folder, 'evil.sh');
    writeFileSync(script, `#!/bin/sh\ntouch ${marker}\n`);
    chmodSync(script, 0o755);
    writeFileSync(join(folder, '.git/config'), `[core]\n\tfsmonitor = ${script}\n\thooksPath = ${folder}\n`);
    expect(cli.run(['check', '--offline'], folder).code).toBe(0);
    expect(() => readFileSync(marker)).toThrow('ENOENT');
  });
});

describe('output', () => {
  test('no colour in a pipe; a closed pipe is no crash', () => {
    const folder = makeDirectory({ Dockerfile: 'FROM docker.io/evil/base:1\n', [POLICY]: DENY });
    expect(cli.run(['check', '--offline'], folder).stdout).not.toContain('\x1b[');
    const piped = spawnSync('sh', ['-c', '"$0" "$1" rules | true', process.execPath, cli.entry], { encoding: 'utf8' });
    expect(piped.stderr).toBe('');
  });

  test('JSON follows its published schema, and says what the text says', () => {
    const schema: unknown = JSON.parse(
      readFileSync(new URL('../../schemas/check.schema.json', import.meta.url), 'utf8'),
    );
    const result = cli.run(['check', '--offline', '--format', 'json'], STOREFRONT);
    expect(result.code).toBe(1);
    const document: unknown = JSON.parse(result.stdout);
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    if (typeof schema !== 'object' || schema === null) throw new Error('the schema is not an object');
    const validate = ajv.compile(schema);
    expect([validate(document), validate.errors]).toEqual([true, null]);
    expect(document).toMatchObject({ verdict: 'fail' });
  });

  test('SARIF is valid 2.1.0', () => {
    const result = cli.run(['check', '--offline', '--format', 'sarif'], STOREFRONT);
    expect(result.code).toBe(1);
    expect(sarifErrors(JSON.parse(result.stdout))).toEqual([]);
  });

  test('Markdown begins with the verdict', () => {
    const result = cli.run(['check', '--offline', '--format', 'markdown'], STOREFRONT);
    expect(result.code).toBe(1);
    expect(result.stdout.slice(0, 200)).toMatch(/fail/i);
  });

  test('images lists what a build can pull, as JSON with stable ids', () => {
    const folder = makeDirectory({ Dockerfile: 'ARG V=3.20\nFROM alpine:$V AS a\nCOPY --from=busybox /x /x\n' });
    const first = cli.run(['images', '--format', 'json'], folder);
    expect(first.code).toBe(0);
    expect(first.stdout).toBe(cli.run(['images', '--format', 'json'], folder).stdout);
    expect(JSON.parse(first.stdout)).toMatchObject({
      files: [{ path: 'Dockerfile', status: 'read' }],
      uses: [
        { line: 2, column: 6, written: 'alpine:$V', expanded: 'alpine:3.20', role: 'final', overridable: ['V'] },
        { line: 3, column: 13, written: 'busybox', role: 'copy' },
      ],
    });
    const given = cli.run(['images', '--format', 'json', '--build-arg', 'V=3.21', '--all-files'], folder);
    expect(given.stdout).toContain('"tag": "3.21"');
  });

  test.each(['images', 'check'])('%s says that a target is no stage, and takes every stage for one', (command) => {
    const folder = makeDirectory({ Dockerfile: 'FROM scratch AS a\n' });
    const result = cli.run([command, '--target', 'nope'], folder);
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(result.stdout).toContain('there is no stage "nope", so every stage is taken for a target');
  });

  test('--output writes the report to a file, and nothing to standard output', () => {
    const folder = makeDirectory({ Dockerfile: 'FROM scratch\n' });
    mkdirSync(join(folder, 'out'));
    const result = cli.run(['check', '--offline', '--format', 'json', '--output', 'out/report.json'], folder);
    expect([result.code, result.stdout]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(join(folder, 'out/report.json'), 'utf8'))).toMatchObject({ verdict: 'pass' });
  });
});
