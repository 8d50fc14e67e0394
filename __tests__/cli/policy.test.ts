import { expect, test } from '@jest/globals';
import { check } from '../../src/cli/check.js';
import { policyValidate } from '../../src/cli/policy-validate.js';
import { ioIn } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';

/** What `policy validate` writes to standard error about a file with this text. */
async function problemsOf(text: string, { color = false, progress = false } = {}): Promise<string> {
  const written: string[] = [];
  const io = ioIn(makeDirectory({ 'policy.yml': text }), {
    stderr: (some) => void written.push(some),
    color,
    progress,
  });
  expect(await policyValidate(['policy.yml'], io)).toBe(3);
  return written.join('');
}

test.each([
  ['a file', false, false],
  ['a terminal', true, true],
])('problems written to %s: colored is %j', async (_, progress, colored) => {
  const written = await problemsOf('version: 2\n', { color: true, progress });
  expect(written.includes('\x1b[')).toBe(colored);
});

test('the caret is right behind a byte order mark', async () => {
  expect(await problemsOf('\ufeffversion: 2\n')).toContain(' 1 | version: 2\n   |          ^\n');
});

test('check and policy validate warn of what a policy says of nothing that is there, alike', async () => {
  const policy =
    'version: 1\nfiles: { exclude: ["vendr/**"] }\nallow:\n  - { image: "ghcr.io/acme/**" }\n  - { image: "**/old" }\n';
  const directory = makeDirectory({
    '.github/base-image-gate.yml': policy,
    Dockerfile: 'FROM ghcr.io/acme/base:1\n',
    'vendor/Dockerfile': 'FROM scratch\n',
  });
  const warningsOf = async (command: typeof check, args: readonly string[]) => {
    const written: string[] = [];
    const write = (some: string | Uint8Array) => void written.push(String(some));
    await command(args, ioIn(directory, { stderr: write, stdout: write }));
    return written
      .join('')
      .replace(/\s+/g, ' ')
      .match(/"[^"]*" matches no (?:file|image)/g);
  };
  const expected = ['"vendr/**" matches no file', '"**/old" matches no image'];
  expect(await warningsOf(policyValidate, ['.github/base-image-gate.yml'])).toEqual(expected);
  expect(await warningsOf(check, ['.', '--offline', '--all-files'])).toEqual(expected);
});
