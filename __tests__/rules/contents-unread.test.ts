import { describe, expect, test } from '@jest/globals';
import { distroless } from '../../src/rules/distroless.js';
import { fromWolfi } from '../../src/rules/from-wolfi.js';
import { hardenedConfiguration } from '../../src/rules/hardened-configuration.js';
import { intact } from '../../src/rules/intact.js';
import { minimal } from '../../src/rules/minimal.js';
import { noSecrets } from '../../src/rules/no-secrets.js';
import type { ImageRule, RuleResult } from '../../src/rules/rule.js';
import { supported } from '../../src/rules/supported.js';
import { collectContents, contentsOf, sourceOf } from '../support/image/contents-of.js';
import { type LayerFile, layerOf, makeImage, makeLayer } from '../support/image/image-maker.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';
import { paxRecord, TAR_END, tarData, tarMember } from '../support/image/tar-blocks.js';

type Asked = (subject: ReturnType<typeof subjectOf>) => readonly RuleResult[];
const evaluating = <O>(rule: ImageRule<O>): [string, Asked] => [rule.id, (subject) => evaluateRule(rule, subject)];
const RULES = [
  evaluating(distroless),
  evaluating(minimal),
  evaluating(hardenedConfiguration),
  evaluating(intact),
  evaluating(noSecrets),
  evaluating(supported),
];

describe.each(RULES)('%s', (_, evaluate) => {
  test('does not pass where a layer is not what its configuration says', async () => {
    const made = await makeLayer([{ path: 'a' }]);
    const { evidence } = await contentsOf({ layers: [{ ...made, diffId: `sha256:${'0'.repeat(64)}` }] });
    expect(evaluate(subjectOf(evidence)).map(({ outcome }) => outcome)).toContain('indeterminate');
  });

  test('does not pass where a layer is missing', async () => {
    const made = await makeImage({ layers: [[{ path: 'a' }]] });
    const { evidence } = await collectContents({
      ...made,
      blobs: new Map([...made.blobs].filter(([digest]) => digest !== made.layers[0]?.digest)),
    });
    expect(evaluate(subjectOf(evidence)).map(({ outcome }) => outcome)).toContain('indeterminate');
  });

  test('fails where a layer is of a kind that nobody can open', async () => {
    const made = await makeLayer([{ path: 'a' }]);
    const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip+encrypted';
    const { evidence } = await contentsOf({ layers: [{ ...made, descriptor: { ...made.descriptor, mediaType } }] });
    expect(evaluate(subjectOf(evidence))).toContainEqual(
      expect.objectContaining({ outcome: 'fail', message: expect.stringContaining('encrypted layer') }),
    );
  });

  test('fails where an image calls itself Windows and is evaluated for Linux, as BuildKit would build on it', async () => {
    const { evidence } = await contentsOf({ platform: 'windows/amd64', layers: [[{ path: 'bin/sh', mode: 0o755 }]] });
    expect(evaluate(subjectOf(evidence, { platform: 'linux' }))[0]?.outcome).toBe('fail');
  });

  test('is not asked of Windows images, and says so', async () => {
    const { evidence } = await contentsOf({ platform: 'windows/amd64', layers: [[{ path: 'Files/a' }]] });
    expect(evaluate(subjectOf(evidence, { platform: 'windows' }))[0]).toMatchObject({
      outcome: 'not-applicable',
      message: expect.stringContaining('Windows'),
    });
  });
});

describe('a file whose bytes are not its content, since it is stored as a sparse one', () => {
  const sparse = (name: string, content: string) =>
    Buffer.concat([
      tarMember(
        { name: 'x', type: 'x' },
        Buffer.concat([
          paxRecord('GNU.sparse.major', '1'),
          paxRecord('GNU.sparse.minor', '0'),
          paxRecord('GNU.sparse.realsize', String(content.length)),
        ]),
      ),
      tarMember({ name, mode: 0o755 }, Buffer.concat([tarData(`1\n0\n${content.length}\n`), Buffer.from(content)])),
      TAR_END,
    ]);

  test('is no reason to pass', async () => {
    const { evidence } = await contentsOf({ layers: [layerOf(sparse('opt/x', 'BusyBox v1.36.1'))] });
    const subject = subjectOf(evidence);
    expect([...evaluateRule(distroless, subject), ...evaluateRule(noSecrets, subject)]).toMatchObject([
      { aspect: 'package-manager', outcome: 'indeterminate', message: 'A file of it could not be evaluated: /opt/x.' },
      { aspect: 'shell', outcome: 'indeterminate' },
      { aspect: 'language-package-manager', outcome: 'indeterminate' },
      { aspect: 'layers', outcome: 'indeterminate' },
      { aspect: 'environment', outcome: 'pass' },
    ]);
  });

  test('makes a package database one that was not read', async () => {
    const layer = layerOf(sparse('lib/apk/db/installed', 'P:glibc\nV:2.40-r1\n\n'));
    const { evidence } = await contentsOf({ layers: [layer] });
    expect(evidence.packages).toMatchObject({
      value: {
        unknowns: expect.arrayContaining([{ path: 'lib/apk/db/installed', reason: expect.stringContaining('sparse') }]),
      },
    });
  });
});

describe('a package database that lies elsewhere and is reached by a link or by a second name', () => {
  const apk = 'P:glibc\nV:2.40-r1\n\n';
  const deb = 'Package: libc6\nStatus: install ok installed\nVersion: 2.41-1\n\n';
  const cases: readonly [string, readonly LayerFile[]][] = [
    [
      'an apk database behind a link',
      [
        { path: 'opt/db', content: apk },
        { path: 'lib/apk/db/installed', link: '/opt/db' },
      ],
    ],
    [
      'an apk database by a hard link',
      [
        { path: 'opt/db', content: apk },
        { path: 'lib/apk/db/installed', link: 'opt/db', type: 'link' },
      ],
    ],
    [
      "dpkg's directory behind a link",
      [
        { path: 'opt/dpkg/status', content: deb },
        { path: 'var/lib/dpkg', link: '/opt/dpkg' },
      ],
    ],
    [
      "dpkg's lists of files behind a link",
      [
        { path: 'var/lib/dpkg/status', content: deb },
        { path: 'opt/info/libc6.md5sums', content: `${'0'.repeat(32)}  bin/app\n` },
        { path: 'var/lib/dpkg/info', link: '/opt/info' },
        { path: 'bin/app', content: 'x' },
      ],
    ],
    [
      'an rpm database behind a link',
      [
        { path: 'opt/db', content: 'SQLite format 3\0' },
        { path: 'var/lib/rpm/rpmdb.sqlite', link: '/opt/db' },
      ],
    ],
  ];

  test.each(cases)('%s is none that was read', async (_, layer) => {
    const { evidence } = await contentsOf({ layers: [layer] });
    const subject = subjectOf(evidence);
    expect(evaluateRule(minimal, subject)).toContainEqual(
      expect.objectContaining({ aspect: 'packages', outcome: 'indeterminate' }),
    );
    expect(evaluateRule(intact, subject)).toMatchObject([
      { outcome: 'indeterminate', message: expect.stringContaining('whose content was not read') },
    ]);
  });

  test('and neither is an os-release', async () => {
    const layer = [
      { path: 'opt/release', content: 'ID=debian\nVERSION_ID=9\n' },
      { path: 'etc/os-release', link: '/opt/release' },
    ];
    const { evidence } = await contentsOf({ layers: [layer] });
    expect(evaluateRule(supported, subjectOf(evidence))).toMatchObject([
      {
        outcome: 'indeterminate',
        aspect: 'distribution',
        message: expect.stringContaining('/etc/os-release: it is a hard link to /opt/release'),
      },
    ]);
  });
});

test('a foreign layer is named as one', async () => {
  const made = await makeLayer([{ path: 'a' }], { docker: true });
  const mediaType = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';
  const { evidence } = await contentsOf({
    layers: [{ ...made, descriptor: { ...made.descriptor, mediaType } }],
    docker: true,
  });
  expect(evidence.filesystem).toMatchObject({ status: 'unsupported', form: expect.stringContaining('foreign') });
});

test('a layer that an image has twice is read once', async () => {
  const layer = await makeLayer([{ path: 'a' }]);
  const made = await makeImage({ layers: [layer, [{ path: 'b' }], layer] });
  const asked: string[] = [];
  const { evidence } = await collectContents(made, sourceOf(made, asked));
  expect(evidence.filesystem).toMatchObject({ status: 'present', value: { fileCount: 2 } });
  expect(asked.toSorted()).toEqual([...new Set(asked)].sort());
});

describe('minimal', () => {
  test('counts packages, bytes, files and files without an owner against their budgets', async () => {
    const { evidence } = await contentsOf({
      layers: [
        [
          { path: 'a', content: Buffer.alloc(2_000_000) },
          { path: 'b', link: 'a' },
          { path: 'c', link: 'a', type: 'link' },
        ],
      ],
    });
    const options = { maxPackages: 0, maxMegabytes: 1, maxFiles: 2, maxUnownedFiles: 0 };
    expect(
      evaluateRule(minimal, subjectOf(evidence), 'strict', options).map(({ aspect, outcome, message: reason }) => [
        aspect,
        outcome,
        reason,
      ]),
    ).toEqual([
      ['packages', 'pass', 'It has 0 packages; the budget is 0.'],
      ['size', 'fail', 'It has 2 MB of files; the budget is 1.'],
      ['files', 'fail', 'It has 3 files; the budget is 2.'],
      ['unowned-files', 'not-applicable', 'No package database in it keeps lists of files.'],
    ]);
  });
});

describe('intact', () => {
  test('does not pass over files whose content could not be compared', async () => {
    const { evidence } = await contentsOf({ layers: [[{ path: 'a' }]] });
    const ownership = {
      known: true,
      unowned: [],
      altered: [],
      asPackaged: new Set(['b']),
      notCompared: ['usr/bin/sparse'],
    };
    const subject = subjectOf({ ...evidence, ownership: { status: 'present', value: ownership, from: 'test' } });
    expect(evaluateRule(intact, subject)).toMatchObject([
      { outcome: 'indeterminate', message: expect.stringContaining('/usr/bin/sparse') },
    ]);
  });
});

test('evidence that was never collected answers nothing', () => {
  expect(evaluateRule(fromWolfi, subjectOf({}))).toMatchObject([{ outcome: 'not-applicable' }]);
  expect(evaluateRule(distroless, subjectOf({}))).toMatchObject([{ outcome: 'indeterminate' }]);
});
