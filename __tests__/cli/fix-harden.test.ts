import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { fix } from '../../src/cli/fix.js';
import { makeImage } from '../support/image/image-maker.js';
import { writeLayout } from '../support/image/image-maker-layout.js';
import { runCommand } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';

const DOCKERFILE = 'FROM debian:12\nRUN apt-get update && apt-get install -y curl\nUSER 1000\nENTRYPOINT ["curl"]\n';
const UNKNOWN = 'FROM debian:12\nRUN frobnicate\nCMD ["x"]\n';
let layout = '';
let digest = '';

beforeAll(async () => {
  layout = join(makeDirectory({}), 'layout');
  const content = await makeImage();
  ({ digest } = content.descriptor);
  await writeLayout(layout, [{ name: 'cgr.dev/chainguard/wolfi-base:latest', content }]);
});

function repository(files: Readonly<Record<string, string>>, more = '', image = 'cgr.dev/chainguard/**'): string {
  return makeDirectory({
    ...files,
    '.github/base-image-gate.yml': `version: 1\nprofile: baseline\nallow:\n  - { image: "${image}", signed: false, reason: test }\n${more}`,
  });
}

const run = (directory: string, ...args: readonly string[]) =>
  runCommand(
    fix,
    directory,
    directory,
    ...['--offline', '--all-files', '--registry', `cgr.dev=oci-layout:${layout}`, '--harden'],
    ...args,
  );

const rewritten = () =>
  `FROM cgr.dev/chainguard/wolfi-base:latest@${digest}\nRUN apk add --no-cache curl\nUSER 1000\nENTRYPOINT ["curl"]\n`;

describe('fix --harden', () => {
  test('writes the rewritten file with the digest of its image, and has nothing more to do then', async () => {
    const directory = repository({ Dockerfile: DOCKERFILE });
    const first = await run(directory, '--write');
    expect([first.code, first.stderr]).toEqual([0, expect.not.stringContaining('is left')]);
    expect(first.stdout).toContain('Dockerfile:1:6 debian:12 -> cgr.dev/chainguard/wolfi-base:latest');
    expect(readFileSync(join(directory, 'Dockerfile'), 'utf8')).toBe(rewritten());
    expect(await run(directory, '--write')).toEqual({ code: 0, stdout: 'Nothing was rewritten.\n', stderr: '' });
  });

  test('writes nothing without --write', async () => {
    const directory = repository({ Dockerfile: DOCKERFILE });
    const { code, stdout } = await run(directory);
    expect([code, stdout]).toEqual([1, expect.stringContaining('Would replace 1 image in 1 build file')]);
    expect(readFileSync(join(directory, 'Dockerfile'), 'utf8')).toBe(DOCKERFILE);
  });

  test('shows a diff that git applies, with comments about what is left', async () => {
    const directory = repository({ Dockerfile: DOCKERFILE, 'other/Dockerfile': UNKNOWN });
    const { code, stdout } = await run(directory, '--diff');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^# other\/Dockerfile:1:6 debian:12 is left as it is: it calls frobnicate, /m);
    expect(stdout).toMatch(/^# Dockerfile:1:6 files that the program writes to /m);
    const applied = spawnSync('git', ['apply', '-'], { cwd: directory, input: stdout, encoding: 'utf8' });
    expect([applied.status, applied.stderr]).toEqual([0, '']);
    expect(readFileSync(join(directory, 'Dockerfile'), 'utf8')).toBe(rewritten());
  });

  test('does not write what would not pass: an image that no registry has, or that fails a rule', async () => {
    const files = { Dockerfile: 'FROM node:latest\nWORKDIR /app\nCOPY . .\nCMD ["node", "x.js"]\n' };
    const missing = repository(files);
    const unresolved = await run(missing, '--write');
    expect([unresolved.code, unresolved.stderr]).toEqual([1, expect.stringContaining('it would not pass on')]);
    expect(readFileSync(join(missing, 'Dockerfile'), 'utf8')).toBe(files.Dockerfile);
    const failing = repository({ Dockerfile: DOCKERFILE }, 'rules: { sbom-attested: error }\n');
    const refused = await run(failing, '--write');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/sbom-attested|is left as it is/)]);
    expect(readFileSync(join(failing, 'Dockerfile'), 'utf8')).toBe(DOCKERFILE);
  });

  test('takes no other mode beside it', async () => {
    const directory = repository({ Dockerfile: DOCKERFILE });
    expect(await run(directory, '--pin')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('exclude each other'),
    });
  });
});
