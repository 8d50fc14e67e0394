import { expect, test } from '@jest/globals';
import type { ApkoConfiguration } from '../../src/attestations/provenance/apko.js';
import { present } from '../../src/evidence/evidence.js';
import type { AllowEntry } from '../../src/policy/policy.js';
import { fromWolfi } from '../../src/rules/from-wolfi.js';
import { contentsOf } from '../support/image/contents-of.js';
import type { LayerFile } from '../support/image/image-maker.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';
import { apkInstalled, dpkgInstalled } from '../support/image/packaged-files.js';
import { makeAllowEntry } from '../support/signing/allow-entry.js';

const ENTRY: AllowEntry = makeAllowEntry({ wolfi: true });
const WOLFI: readonly LayerFile[] = [
  { path: 'etc/os-release', content: 'ID=wolfi\n' },
  { path: 'etc/apk/repositories', content: 'https://packages.wolfi.dev/os\n@local https://apk.cgr.dev/chainguard\n' },
  { path: 'etc/apk/keys/wolfi-signing.rsa.pub', content: '-----BEGIN PUBLIC KEY-----' },
  ...apkInstalled([{ name: 'glibc', version: '2.40-r1', files: [] }]),
];
const APKO: ApkoConfiguration = {
  repositories: ['https://packages.wolfi.dev/os'],
  keys: [],
  packages: [{ name: 'glibc', version: '2.40-r1' }, { name: 'cmd:sh' }],
  architectures: ['amd64'],
  signer: 'somebody',
  digest: 'sha256:0',
  on: 'platform',
  place: 'test',
};

async function answer(files: readonly LayerFile[], apko?: ApkoConfiguration, entry: AllowEntry = ENTRY) {
  const { evidence } = await contentsOf({ layers: [files] });
  return evaluateRule(
    fromWolfi,
    subjectOf({ ...evidence, ...(apko === undefined ? {} : { apko: present(apko, 'test') }) }, { entry }),
  )[0];
}

test('agreeing parts are named', async () => {
  expect(await answer(WOLFI, APKO)).toMatchObject({
    outcome: 'pass',
    message: expect.stringContaining(
      'os-release, 1 apk package, apk repositories, apk keys, its signed apko configuration',
    ),
  });
});

test('an entry that does not claim Wolfi is not asked', async () => {
  expect(await answer([], undefined, { ...ENTRY, wolfi: false })).toMatchObject({ outcome: 'not-applicable' });
});

test.each<[string, readonly LayerFile[], ApkoConfiguration | undefined, RegExp]>([
  [
    'another os-release',
    [...WOLFI, { path: 'etc/os-release', content: 'ID=alpine\nPRETTY_NAME="Alpine Linux v3.20"' }],
    undefined,
    /os-release says Alpine/,
  ],
  ['no os-release', apkInstalled([]), undefined, /no os-release/],
  ['no packages', [{ path: 'etc/os-release', content: 'ID=wolfi' }], undefined, /no apk database/],
  [
    "Alpine's repository",
    [...WOLFI, { path: 'etc/apk/repositories', content: 'https://dl-cdn.alpinelinux.org/alpine/edge/main' }],
    undefined,
    /repositories has https:\/\/dl-cdn/,
  ],
  [
    'a host that only looks alike',
    [...WOLFI, { path: 'etc/apk/repositories', content: 'https://packages.wolfi.dev.evil.test/os' }],
    undefined,
    /evil/,
  ],
  ['a strange key', [...WOLFI, { path: 'etc/apk/keys/mine.rsa.pub', content: 'x' }], undefined, /keys has mine/],
  [
    'an apko configuration with another version',
    WOLFI,
    { ...APKO, packages: [{ name: 'glibc', version: '2.41-r0' }] },
    /says glibc 2.41-r0, but 2.40-r1 is installed/,
  ],
  [
    'an apko configuration with another repository',
    WOLFI,
    { ...APKO, repositories: ['https://x.test'] },
    /installs packages from https:\/\/x.test/,
  ],
  [
    'an apko configuration that trusts another key',
    WOLFI,
    { ...APKO, keys: ['https://packages.wolfi.dev/os/wolfi-signing.rsa.pub', 'https://x.test/mine.rsa.pub'] },
    /trusts the key https:\/\/x.test\/mine.rsa.pub/,
  ],
])('%s contradicts the claim', async (_, files, apko, reason) => {
  expect(await answer(files, apko)).toMatchObject({ outcome: 'fail', message: expect.stringMatching(reason) });
});

test.each(['etc/apk/repositories.d/more.list', 'lib/apk/repositories.d/more.list'])(
  'a repository of Alpine in %s contradicts the claim',
  async (path) => {
    const files = [...WOLFI, { path, content: 'https://dl-cdn.alpinelinux.org/alpine/edge/main\n' }];
    expect(await answer(files)).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining(`/${path} has https`),
    });
  },
);

test("a list of repositories that was not read, and a key in apk's other directory, contradict it too", async () => {
  const list = { path: 'opt/list', content: 'https://dl-cdn.alpinelinux.org/alpine/edge/main\n' };
  const linked = [...WOLFI, list, { path: 'etc/apk/repositories', link: '/opt/list' }];
  expect(await answer(linked)).toMatchObject({
    outcome: 'fail',
    message: expect.stringContaining('/etc/apk/repositories could not be read: it is a hard link to /opt/list'),
  });
  expect(await answer([...WOLFI, { path: 'lib/apk/keys/mine.rsa.pub', content: 'x' }])).toMatchObject({
    outcome: 'fail',
    message: expect.stringContaining('/lib/apk/keys has mine.rsa.pub'),
  });
});

test.each(['filesystem', 'packages'] as const)('the claim is an indeterminate result without its %s', async (kind) => {
  const { evidence } = await contentsOf({ layers: [WOLFI] });
  const { [kind]: _left, ...seen } = evidence;
  expect(evaluateRule(fromWolfi, subjectOf(seen, { entry: ENTRY }))).toMatchObject([{ outcome: 'indeterminate' }]);
});

test('a Windows image is not asked', async () => {
  const { evidence } = await contentsOf({ platform: 'windows/amd64', layers: [] });
  const subject = subjectOf(evidence, { entry: ENTRY, platform: 'windows' });
  expect(evaluateRule(fromWolfi, subject)).toMatchObject([{ outcome: 'not-applicable' }]);
});

test('a claim that nothing speaks against needs no apko configuration', async () => {
  expect(await answer(WOLFI)).toMatchObject({ outcome: 'pass' });
});

test('what speaks for it is distinguished from what speaks against it', async () => {
  expect(await answer([...WOLFI, { path: 'etc/apk/keys/mine.rsa.pub', content: 'x' }])).toMatchObject({
    details: [
      'speaks against it: /etc/apk/keys has mine.rsa.pub',
      'speaks for it: os-release',
      'speaks for it: 1 apk package',
      'speaks for it: apk repositories',
    ],
  });
});

test('a configuration that nobody signed counts for nothing', async () => {
  const { signer: _, ...unsigned } = { ...APKO, repositories: ['https://x.test'] };
  expect(await answer(WOLFI, unsigned)).toMatchObject({ outcome: 'pass' });
});

test('a Debian package contradicts os-release, so that neither claim can be believed', async () => {
  const files = [...WOLFI, ...dpkgInstalled([{ name: 'bash', version: '5', files: [] }])];
  expect(await answer(files)).toMatchObject({
    outcome: 'indeterminate',
    message: expect.stringContaining('deb packages such as bash'),
  });
});

test('a configuration that could not be had is no reason to pass', async () => {
  const { evidence } = await contentsOf({ layers: [WOLFI] });
  const apko = {
    status: 'unavailable',
    cause: 'timeout',
    message: 'No answer in 30 s.',
    fix: 'Try again.',
  } as const;
  expect(evaluateRule(fromWolfi, subjectOf({ ...evidence, apko }, { entry: ENTRY }))).toMatchObject([
    {
      outcome: 'indeterminate',
      message: expect.stringContaining('No answer in 30 s.'),
      details: expect.arrayContaining(['speaks for it: os-release']),
    },
  ]);
});
