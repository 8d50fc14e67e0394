import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { inspect } from '../../src/commands/inspect.js';
import { makeImage } from '../support/image-maker.js';
import { writeLayout } from '../support/image-maker-layout.js';
import { apkInstalled, elf } from '../support/packaged-files.js';
import { fakeKey } from '../support/planted-secrets.js';

const IMAGE = 'made.test/base:latest';
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inspect-'));
  const content = await makeImage({
    layers: [
      [
        { path: 'etc/os-release', content: 'ID=wolfi\nPRETTY_NAME="Wolfi \u001b[31m"\n' },
        { path: 'etc/passwd', content: 'app:x:1000:1000::/:\n' },
        ...apkInstalled([
          { name: 'app', version: '1.0-r0', files: [{ path: 'usr/bin/app', content: elf(), mode: 0o755 }] },
        ]),
        { path: 'usr/bin/helper', content: elf('BusyBox v1.36.1'), mode: 0o4755 },
        { path: 'srv/tls.key', content: fakeKey('RSA ') },
      ],
    ],
    config: {
      User: 'app',
      Entrypoint: ['/usr/bin/app'],
      Env: ['PATH=/usr/bin', 'API_TOKEN=abcdefgh'],
      ExposedPorts: { '80/tcp': {} },
      OnBuild: ['RUN x'],
    },
  });
  writeFileSync(join(folder, 'policy.yml'), 'version: 1\n');
  await writeLayout(join(folder, 'layout'), [{ content, name: IMAGE }]);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function run(...args: readonly string[]) {
  const out = { stdout: '', stderr: '' };
  const code = await inspect(args, {
    stdout: (text) => {
      out.stdout += text;
    },
    stderr: (text) => {
      out.stderr += text;
    },
    env: { HOME: folder },
    cwd: folder,
    colour: false,
    progress: false,
    columns: 120,
  });
  return { code, ...out };
}

const ROUTE = () => [
  '--policy',
  join(folder, 'policy.yml'),
  '--offline',
  '--registry',
  `made.test=oci-layout:${join(folder, 'layout')}`,
];

describe('inspect IMAGE', () => {
  test('tells on one screen what is in the layers and how it is configured', async () => {
    const { stdout } = await run(IMAGE, ...ROUTE());
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
    const row = (label: string) => lines.find((line) => line.trimStart().startsWith(label));
    expect(row('shells')).toContain('/usr/bin/helper (busybox)');
    expect(row('set-uid')).toContain('/usr/bin/helper');
    expect(row('secrets')).toContain('/srv/tls.key:1 RSA private key');
    expect(row('packages')).toContain('1 apk; /usr/lib/apk/db/installed');
    expect(row('as packaged')).toContain('1 files');
    expect(row('user')).toContain('app, uid 1000');
    expect(row('environment')).toContain('API_TOKEN is named like a secret');
    expect(row('environment')).not.toContain('abcdefgh');
    expect(row('ONBUILD')).toContain('RUN x');
    expect(row('package managers')).toContain('none');
  });

  test('shows what strangers wrote and does not obey it', async () => {
    const { stdout } = await run(IMAGE, ...ROUTE());
    expect(stdout).toContain('Wolfi');
    expect(stdout).not.toContain('\u001b');
  });

  test('prints the same as JSON, without the secret', async () => {
    const { stdout } = await run(IMAGE, ...ROUTE(), '--format', 'json');
    const document = z
      .object({
        schema: z.literal('base-image-gate/inspect/v1'),
        evidence: z.record(z.string(), z.object({ status: z.string(), value: z.unknown() }).partial()),
      })
      .parse(JSON.parse(stdout));
    expect(document.evidence['filesystem']).toMatchObject({
      status: 'present',
      value: { secrets: [{ path: 'srv/tls.key', kind: 'RSA private key' }] },
    });
    expect(document.evidence['packages']).toMatchObject({ value: { packages: [{ name: 'app' }] } });
    expect(document.evidence['filesystem']?.value).not.toHaveProperty('tree');
    expect(stdout).not.toContain(fakeKey('RSA ').split('\n')[1]);
  });

  test('says what could not be learnt, and ends with 2', async () => {
    const { code, stdout } = await run('made.test/none:latest', ...ROUTE());
    expect(code).toBe(2);
    expect(stdout).toContain('not known');
  });

  test.each([[[]], [['A:B:C']], [[IMAGE, '--format', 'xml']], [[IMAGE, '--platform', '?']], [[IMAGE, 'another']]])(
    '%j is wrong usage',
    async (args) => {
      expect(await run(...args)).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('Usage') });
    },
  );
});
