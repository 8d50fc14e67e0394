import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runLocalGate } from '../../src/cli/local-gate.js';
import { makeImage } from '../support/image/image-maker.js';
import { writeLayout } from '../support/image/image-maker-layout.js';
import { ioIn } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';

const IMAGE = 'registry.example/base:1';

async function runLocally(
  directory: string,
  flags: Parameters<typeof runLocalGate>[0],
  reported: (text: string) => void = () => undefined,
) {
  const io = ioIn(directory, { stderr: reported });
  return await runLocalGate({ ...flags, 'all-files': true, offline: true }, [], io);
}

async function run(flags: { readonly registry?: readonly string[] }) {
  const directory = makeDirectory({ Dockerfile: `FROM ${IMAGE}\n` });
  const layout = join(makeDirectory({}), 'layout');
  await writeLayout(layout, [{ name: IMAGE, content: await makeImage() }]);
  const ran = await runLocally(directory, {
    registry: flags.registry?.map((host) => `${host}=oci-layout:${layout}`) ?? [],
  });
  if (!ran.ok) throw new Error(ran.error.message);
  const { answers, findings } = ran.value.report;
  const unverified = findings.filter(({ rule }) => rule === 'unverified').map(({ message }) => message);
  return {
    unverified,
    signed: answers.filter(({ rule }) => rule === 'signature-verified').map(({ outcome }) => outcome),
  };
}

test('a registry that is given a stand-in on the command line is looked at, though no policy names it', async () => {
  const { unverified, signed } = await run({ registry: ['registry.example'] });
  expect(signed).toEqual(['fail']);
  expect(unverified).toEqual([]);
});

test('a registry that nobody names is not contacted, and the report says so', async () => {
  const { unverified, signed } = await run({});
  expect(signed).toEqual(['skipped']);
  expect(unverified).toEqual([expect.stringContaining('registry.example is neither in the policy nor')]);
});

test('with a base, its policy holds, whatever the evaluated directory says', async () => {
  const base = makeDirectory({
    Dockerfile: `FROM ${IMAGE}\n`,
    '.github/base-image-gate.yml': 'version: 1\nprofile: strict\n',
  });
  const directory = makeDirectory({
    Dockerfile: `FROM ${IMAGE}\n`,
    '.github/base-image-gate.yml': 'version: 1\nprofile: observe\n',
  });
  const ran = await runLocally(directory, { base });
  if (!ran.ok) throw new Error(ran.error.message);
  expect(ran.value.policy.profile).toBe('strict');
  const edited = ran.value.report.answers.filter(({ rule }) => rule === 'policy-unchanged');
  expect(edited).toMatchObject([{ outcome: 'fail', message: expect.stringContaining('.github/base-image-gate.yml') }]);
});

test('whoever evaluates a part of a repository is reported of the policy of the whole', async () => {
  const repository = makeDirectory({
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.github/base-image-gate.yml': 'version: 1\n',
    'api/Dockerfile': `FROM ${IMAGE}\n`,
  });
  const reported: string[] = [];
  expect((await runLocally(join(repository, 'api'), {}, (text) => reported.push(text))).ok).toBe(true);
  expect(reported.join('')).toContain(`add --policy ${join(repository, '.github/base-image-gate.yml')}`);
  reported.length = 0;
  expect((await runLocally(repository, {}, (text) => reported.push(text))).ok).toBe(true);
  expect(reported.join('')).not.toContain('--policy');
});

test('a base that is not there is reported', async () => {
  const ran = await runLocally(makeDirectory({}), { base: 'nowhere' });
  expect(ran).toMatchObject({
    ok: false,
    error: { kind: 'directory', message: expect.stringMatching(/^--base: nowhere /) },
  });
});

test.each([
  ['the policy', '.github/base-image-gate.yml', {}],
  [
    'a key that it names',
    'base.pub',
    {
      '.github/base-image-gate.yml':
        'version: 1\nallow: [{ image: "a.example/**", authorities: [{ key: { file: base.pub } }] }]\n',
    },
  ],
])('where %s is a link to a device that has no end, it is not read', async (_what, path, files) => {
  const directory = makeDirectory({ Dockerfile: 'FROM scratch\n', '.github/x': '', ...files });
  symlinkSync('/dev/zero', join(directory, path));
  expect(await runLocally(directory, {})).toMatchObject({
    error: { kind: 'policy', message: expect.stringContaining("can't be read: it is a device or a pipe. ") },
  });
});

const VAIN =
  'version: 1\nallow: [{ image: "registry.example/**", signed: false, reason: r }, { image: "ghcr.io/acmee/**" }]\nfiles: { exclude: ["vendr/**"] }\n';
const OWN = { Dockerfile: `FROM ${IMAGE}\n`, '.github/base-image-gate.yml': VAIN };

test.each([
  ['the policy of the directory', () => ({ directory: makeDirectory(OWN) }), 2],
  ['a policy in it that is named', () => ({ directory: makeDirectory({ ...OWN, 'p.yml': VAIN }), policy: 'p.yml' }), 2],
  [
    'the policy of the base',
    () => ({ directory: makeDirectory({ Dockerfile: 'FROM scratch\n' }), base: makeDirectory(OWN) }),
    2,
  ],
  [
    "another directory's, which is for others, too",
    () => ({ directory: makeDirectory(OWN), policy: makeDirectory({ 'p.yml': VAIN }) }),
    0,
  ],
])('check warns of what %s names in vain', async (_what, given, expected) => {
  const { directory, policy, base }: { directory: string; policy?: string; base?: string } = given();
  const file = policy === undefined || policy.endsWith('.yml') ? policy : join(policy, 'p.yml');
  const ran = await runLocally(directory, { policy: file, base });
  if (!ran.ok) throw new Error(ran.error.message);
  const vain = ran.value.report.notices.filter((notice) => /matches no (?:image|file)/.test(notice));
  expect(vain).toHaveLength(expected);
  if (expected > 0) expect(vain[0]).toMatch(/\.yml:3:/);
});
