import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { inspect } from '../../src/cli/inspect.js';
import { inspectionSchema } from '../../src/cli/inspection-document.js';
import { makeImage } from '../support/image/image-maker.js';
import { writeLayout } from '../support/image/image-maker-layout.js';
import { apkInstalled, elf } from '../support/image/packaged-files.js';
import { fakeKey } from '../support/image/planted-secrets.js';
import { runCommand } from '../support/process/run-command.js';
import { schemaErrors } from '../support/published-schema.js';

const IMAGE = 'made.test/base:latest';
let directory = '';

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'inspect-'));
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
        { path: 'srv/drop/', mode: 0o777 },
        { path: 'dev/sda', type: 'block-device' },
        { path: 'nodejs/bin/node', content: elf('https://nodejs.org/download/release/v18.20.1/x'), mode: 0o755 },
      ],
    ],
    config: {
      User: 'app',
      Entrypoint: ['/usr/bin/app'],
      Cmd: ['/bin/sh', '-c', 'serve'],
      Env: ['PATH=/usr/bin:/srv/drop', 'API_TOKEN=abcdefgh', 'LD_PRELOAD=/tmp/x.so'],
      ExposedPorts: { '80/tcp': {} },
      Volumes: { '/data': {} },
      Labels: { 'org.opencontainers.image.vendor': 'somebody', note: 'n'.repeat(500) },
      OnBuild: ['RUN x'],
    },
  });
  writeFileSync(join(directory, 'policy.yml'), 'version: 1\n');
  await writeLayout(join(directory, 'layout'), [{ content, name: IMAGE }]);
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const run = (...args: readonly string[]) => runCommand(inspect, directory, ...args);

const ROUTE = () => [
  '--policy',
  join(directory, 'policy.yml'),
  '--offline',
  '--registry',
  `made.test=oci-layout:${join(directory, 'layout')}`,
];

describe('inspect IMAGE', () => {
  test('shows on one screen what is in the layers and how it is configured', async () => {
    const { stdout } = await run(IMAGE, ...ROUTE());
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
    const row = (label: string) => lines.find((line) => line.trimStart().startsWith(label));
    expect(row('shells')).toContain('/usr/bin/helper (busybox)');
    expect(row('set-uid')).toContain('/usr/bin/helper');
    expect(row('secrets')).toContain('/srv/tls.key:1 RSA private key');
    expect(row('packages')).toContain('1 apk, 1 generic; /usr/lib/apk/db/installed');
    expect(row('as packaged')).toMatch(/1 file$/);
    expect(row('user')).toContain('app, uid 1000');
    expect(row('environment')).toContain('API_TOKEN has the name of a secret');
    expect(row('environment')).not.toContain('abcdefgh');
    expect(row('ONBUILD')).toContain('RUN x');
    expect(row('package managers')).toContain('none');
    expect(row('size')).toMatch(/ in 7 files, 1 layer$/);
    expect(row('age')).toContain('2026-01-02 by the date in its configuration, not verified');
    expect(row('distribution')).toContain('(wolfi), by /etc/os-release');
    expect(row('supported')).toContain('Node.js 18 ended: until 2025-04-30');
    expect(row('Wolfi')).toContain('by os-release, 1 apk package');
    expect(row('apko')).toBeDefined();
    expect(row('vulnerabilities')).toBeDefined();
    expect(row('altered')).toContain('none');
    expect(row('no owner')).toContain('/usr/bin/helper');
    expect(row('capabilities')).toContain('none');
    expect(row('world-writable')).toContain('/srv/drop');
    expect(row('devices')).toContain('/dev/sda');
    expect(row('entrypoint')).toMatch(/\/usr\/bin\/app$/);
    expect(row('command')).toContain('/bin/sh -c serve (shell form)');
    expect(row('environment')).toContain('3 variables');
    expect(row('environment')).toContain('LD_PRELOAD loads a library into every process');
    expect(row('environment')).toContain('PATH has the directory /srv/drop, which anyone can write to');
    expect(row('PATH')).toContain('/usr/bin:/srv/drop');
    expect(row('ports, volumes')).toContain('80/tcp; /data');
    expect(row('labels')).toContain('org.opencontainers.image.vendor=somebody, note=nnn');
    expect(row('labels')?.length).toBeLessThan(200);
  });

  test('shows what untrusted parties wrote and does not obey it', async () => {
    const { stdout } = await run(IMAGE, ...ROUTE());
    expect(stdout).toContain('Wolfi');
    expect(stdout).not.toContain('\u001b');
  });

  test('prints the same as JSON, without the secret', async () => {
    const { stdout } = await run(IMAGE, ...ROUTE(), '--format', 'json');
    const document = inspectionSchema.parse(JSON.parse(stdout));
    expect(schemaErrors('inspect.schema.json', JSON.parse(stdout))).toEqual([]);
    expect(document.evidence['filesystem']).toMatchObject({
      status: 'present',
      value: { secrets: [{ path: 'srv/tls.key', kind: 'RSA private key' }] },
    });
    expect(document.evidence['packages']).toMatchObject({ value: { packages: [{ name: 'app' }, { name: 'node' }] } });
    expect(document.facts).toEqual({
      user: { written: 'app', uid: 1000, name: 'app' },
      environment: [
        { variable: 'API_TOKEN', reason: 'has the name of a secret and a value' },
        { variable: 'PATH', reason: 'has the directory /srv/drop, which anyone can write to' },
        { variable: 'LD_PRELOAD', reason: 'loads a library into every process' },
      ],
      support: [{ name: 'Node.js 18', where: '/nodejs/bin/node', supported: 'until 2025-04-30', ended: true }],
      wolfi: { contradictions: [], agreements: ['os-release', '1 apk package'] },
    });
    expect(document.evidence['filesystem']?.value).not.toHaveProperty('tree');
    expect(stdout).not.toContain(fakeKey('RSA ').split('\n')[1]);
  });

  test('reads a directory of exports in place of the services', async () => {
    mkdirSync(join(directory, 'exports'));
    const { stdout } = await run(IMAGE, ...ROUTE(), '--vulnerabilities', 'exports');
    expect(stdout).toMatch(
      /vulnerabilities +0 known\n +coverage +2 inventoried, 1 covered, 1 not covered\n +not covered: Node\.js 18\.20\.1 in \/nodejs\/bin\/node\n +could not be checked: .*, because .*exports.*\n/,
    );
  });

  test('its JSON keeps to the schema where an image is not there, too', async () => {
    const { stdout } = await run('made.test/none:latest', ...ROUTE(), '--format', 'json');
    expect(schemaErrors('inspect.schema.json', JSON.parse(stdout))).toEqual([]);
    const spoiled = { ...JSON.parse(stdout), facts: { environment: 'none' } };
    expect(schemaErrors('inspect.schema.json', spoiled)).not.toEqual([]);
  });

  test('says what could not be learnt, and ends with 2', async () => {
    const { code, stdout } = await run('made.test/none:latest', ...ROUTE());
    expect(code).toBe(2);
    const lines = stdout.trimEnd().split('\n');
    // The image, why it can't be had, and all that is not known for it.
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/digest +not known: /);
    expect(lines[2]).toMatch(/nor, for the same reason: signed, .*layers, packages.*vulnerabilities$/);
  });

  test.each([[[]], [['A:B:C']], [[IMAGE, '--format', 'xml']], [[IMAGE, '--platform', '?']], [[IMAGE, 'another']]])(
    '%j is wrong usage',
    async (args) => {
      expect(await run(...args)).toMatchObject({
        code: 3,
        stdout: '',
        stderr: expect.stringContaining('inspect --help'),
      });
    },
  );
});
