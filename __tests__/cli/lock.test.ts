import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { check } from '../../src/cli/check.js';
import { exportCommand } from '../../src/cli/export.js';
import { lock } from '../../src/cli/lock.js';
import { makeMultiPlatform, makeSigner, signedEntries } from '../support/enforce/export-world.js';
import { type MadeContent, makeImage } from '../support/image/image-maker.js';
import { type LayoutEntry, writeLayout } from '../support/image/image-maker-layout.js';
import { apkInstalled } from '../support/image/packaged-files.js';
import { runCommand } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { exportDirectory, zipOf } from '../support/registry/export-directory.js';
import { canaryRecord } from '../support/registry/osv-canary.js';
import { osvRecord } from '../support/registry/osv-server.js';

const NAME = 'registry.example/acme/base:1';
const POLICY = `version: 1
profile: baseline
allow: [{ image: "registry.example/acme/**", authorities: [{ key: { file: a.pub, log: ignored } }] }]
rules: { allowed-base: error, signature-verified: error, pinned-by-digest: error }
`;
const LOCK = '.github/base-image-gate.lock';

const signer = makeSigner();
let [first, second]: readonly (MadeContent | undefined)[] = [];
beforeAll(async () => {
  [first, second] = await Promise.all([makeMultiPlatform('first'), makeMultiPlatform('second')]);
});

/** A repository, and a layout in which the tag names an image. */
async function repository(dockerfile = `FROM ${NAME}\n`) {
  const directory = makeDirectory({
    Dockerfile: dockerfile,
    '.github/base-image-gate.yml': POLICY,
    'a.pub': signer.publicKeyPem,
  });
  const layout = makeDirectory({});
  // A registry keeps what a tag named before.
  const kept: LayoutEntry[] = [];
  const move = async (image: MadeContent | undefined, signed = true) => {
    if (image === undefined) throw new Error('there is no image');
    const entries = await signedEntries(NAME, image, signed ? [signer] : []);
    await writeLayout(layout, [...kept, ...entries]);
    kept.push(
      ...entries.map((entry) => ({
        ...entry,
        name: entry.name === NAME ? `${NAME}.${kept.length}` : (entry.name ?? ''),
      })),
    );
  };
  await move(first);
  const route = ['--all-files', '--offline', '--registry', `registry.example=oci-layout:${layout}`];
  const run = (command: typeof lock, ...args: readonly string[]) => runCommand(command, directory, ...args, ...route);
  return { directory, move, run, locked: () => JSON.parse(readFileSync(join(directory, LOCK), 'utf8')) };
}

describe('lock', () => {
  test('writes what was verified and is not pinned, and the same bytes again', async () => {
    const { run, locked, directory } = await repository();
    expect(await run(lock, '--write')).toMatchObject({
      code: 0,
      stdout: `+ ${NAME} linux/amd64 ${first?.descriptor.digest}\n`,
    });
    expect(locked()).toEqual({
      schema: 'base-image-gate/lock/v1',
      images: [
        {
          reference: NAME,
          platform: 'linux/amd64',
          digest: first?.descriptor.digest,
          verified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          authorities: ['the key a.pub'],
          policy: expect.stringMatching(/^sha256:/),
        },
      ],
    });
    const text = readFileSync(join(directory, LOCK), 'utf8');
    expect(await run(lock, '--write')).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(join(directory, LOCK), 'utf8')).toBe(text);
    expect(await run(lock, '--check')).toMatchObject({ code: 0, stdout: '' });
  });

  test('shows what moved, and fails until it is written again', async () => {
    const { run, move } = await repository();
    await run(lock, '--write');
    await move(second);
    const moved = `~ ${NAME} linux/amd64 ${first?.descriptor.digest} -> ${second?.descriptor.digest}\n`;
    expect(await run(lock, '--check')).toMatchObject({ code: 1, stdout: moved });
    expect(await run(lock, '--write')).toMatchObject({ code: 0, stdout: moved });
    expect(await run(lock, '--check')).toMatchObject({ code: 0 });
  });

  test('leaves out what was not verified, and what the file pins', async () => {
    const { run, move, locked } = await repository();
    await move(second, false);
    const { code, stderr } = await run(lock, '--write');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^registry\.example\/acme\/base:1 is not locked: signature-verified: /);
    expect(locked().images).toEqual([]);
    const pinned = await repository(`FROM ${NAME}@${first?.descriptor.digest}\n`);
    expect(await pinned.run(lock, '--write')).toMatchObject({ code: 0, stdout: '' });
    const refused = await repository(`FROM registry.example/other:1@${first?.descriptor.digest}\n`);
    expect(await refused.run(lock, '--write')).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('is not locked'),
    });
  });

  test('is not written through a link', async () => {
    const { run, directory } = await repository();
    const outside = join(makeDirectory({ precious: 'kept' }), 'precious');
    symlinkSync(outside, join(directory, LOCK));
    expect(await run(lock, '--write')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is a symbolic link'),
    });
    expect(readFileSync(outside, 'utf8')).toBe('kept');
  });

  test.each([[[]], [['--write', '--check']]])('refuses %j', async (args) => {
    const { run, directory } = await repository();
    expect((await run(lock, ...args)).code).toBe(3);
    expect(existsSync(join(directory, LOCK))).toBe(false);
  });

  test('can not be checked where it can not be read', async () => {
    const { run, directory } = await repository();
    writeFileSync(join(directory, LOCK), '{');
    expect(await run(lock, '--check')).toMatchObject({ code: 2 });
    expect(await run(lock, '--write')).toMatchObject({ code: 0 });
  });
});

describe('check --locked', () => {
  const unpinned = POLICY.replace(', pinned-by-digest: error', '');

  async function answers(dockerfile?: string) {
    const world = await repository(dockerfile);
    writeFileSync(join(world.directory, '.github/base-image-gate.yml'), unpinned);
    const locked = async (...args: readonly string[]) => {
      const { code, stdout } = await world.run(check, '--format', 'json', ...args);
      const images: readonly { answers: readonly { rule: string; outcome: string; message: string }[] }[] =
        JSON.parse(stdout).images;
      const found = images.flatMap((image) => image.answers).filter(({ rule }) => rule === 'locked');
      return { code, outcomes: found.map(({ outcome }) => outcome), messages: found.map(({ message }) => message) };
    };
    return { ...world, locked };
  }

  test('passes for what the lock has, and fails once the tag names another image', async () => {
    const { run, move, locked } = await answers();
    expect(await locked('--locked')).toMatchObject({ code: 1, outcomes: ['fail'] });
    await run(lock, '--write');
    expect(await locked('--locked')).toMatchObject({ code: 0, outcomes: ['pass'] });
    await move(second);
    const after = await locked('--locked');
    expect(after).toMatchObject({ code: 1, outcomes: ['fail'] });
    expect(after.messages[0]).toContain(`locks it to ${first?.descriptor.digest}`);
    expect(await locked()).toMatchObject({ code: 0, outcomes: [] });
  });

  test('believes no lock that a change brings: what it names is verified all the same', async () => {
    const { run, move, locked, directory } = await answers();
    await run(lock, '--write');
    await move(second, false);
    const text = readFileSync(join(directory, LOCK), 'utf8');
    writeFileSync(join(directory, LOCK), text.replace(first?.descriptor.digest ?? '', second?.descriptor.digest ?? ''));
    expect(await locked('--locked')).toMatchObject({ code: 1, outcomes: ['pass'] });
    const { stdout } = await run(exportCommand, '--format', 'buildkit');
    expect(stdout).not.toContain(second?.descriptor.digest);
  });

  test('fails where the lock can not be read, and asks nothing of what the file pins', async () => {
    const { locked, directory } = await answers();
    writeFileSync(join(directory, LOCK), '{"schema":"base-image-gate/lock/v1","images":[{}]}');
    expect((await locked('--locked')).code).toBe(1);
    expect((await locked()).code).toBe(0);
    const pinned = await answers(`FROM ${NAME}@${first?.descriptor.digest}\n`);
    expect(await pinned.locked('--locked')).toMatchObject({ code: 0, outcomes: [] });
  });
});

/** A signed image of Wolfi with packages, as `[name, version]`. */
function imageWith(...packages: readonly (readonly [string, string])[]): Promise<MadeContent> {
  const installed = packages.map(([name, version]) => ({ name, version, files: [] }));
  const release = { path: 'etc/os-release', content: 'ID=wolfi\n' };
  return makeImage({ layers: [[release, ...apkInstalled(installed)]] });
}

test('check --base shows what a change of the lock means: images, packages and vulnerabilities that come and go', async () => {
  const [old, now] = [
    await imageWith(['openssl', '3.3.1-r0'], ['bash', '5.2-r0']),
    await imageWith(['openssl', '3.3.2-r0'], ['curl', '8.1-r0']),
  ];
  const [base, head] = [await repository(), await repository()];
  await base.move(old);
  await base.run(lock, '--write');
  await head.move(old);
  await head.move(now);
  await head.run(lock, '--write');
  const wolfi = (id: string, name: string, fixed: string) => osvRecord(id, [{ ecosystem: 'Wolfi', name, fixed }]);
  const advisories = zipOf([
    wolfi('CVE-2026-1', 'openssl', '3.3.2-r0'),
    wolfi('CVE-2026-2', 'curl', '8.2-r0'),
    canaryRecord('Wolfi'),
  ]);
  const directory = await exportDirectory({ 'all.zip': advisories });
  const compared = ['--base', base.directory, '--vulnerabilities', directory];
  const { stdout } = await head.run(check, '--format', 'json', ...compared);
  const [digest, next] = [old, now].map(({ descriptor }) => descriptor.digest);
  expect(JSON.parse(stdout).baseChanges).toMatchObject([
    {
      platform: 'linux/amd64',
      before: { reference: `${NAME}@${digest}` },
      after: { reference: `${NAME}@${next}`, digest: next },
      packages: {
        added: [{ package: 'apk/wolfi/curl' }],
        removed: [{ package: 'apk/wolfi/bash' }],
        changed: [{ package: 'apk/wolfi/openssl', before: '3.3.1-r0', after: '3.3.2-r0' }],
      },
      vulnerabilities: {
        added: [{ packages: ['curl'], fixed: [{ id: 'CVE-2026-2' }] }],
        removed: [{ packages: ['openssl'], fixed: [{ id: 'CVE-2026-1' }] }],
      },
    },
  ]);
  const text = await head.run(check, ...compared);
  for (const word of ['bash', 'curl', 'CVE-2026-1', 'CVE-2026-2']) expect(text.stdout).toContain(word);
});
