import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readRepository } from '../../src/build-files/read.js';
import type { ReadingOptions } from '../../src/build-files/reading.js';
import { cloneObjects } from '../../src/github/repository/clone-objects.js';
import { type CommitTree, makeCommitTree } from '../../src/github/repository/commit-tree.js';
import { changedPaths } from '../../src/github/repository/commits.js';
import type { ImageSource } from '../../src/registry/image-source.js';
import { LayoutSource } from '../../src/registry/layout/layout.js';
import type { BaseChange } from '../../src/reports/image-diff-document.js';
import { checkJson } from '../../src/reports/json.js';
import { renderComment } from '../../src/reports/markdown/comment.js';
import { renderSummary } from '../../src/reports/markdown/summary.js';
import { readCheck } from '../../src/reports/read-check.js';
import type { Report } from '../../src/reports/report.js';
import { checkText } from '../../src/reports/text/text.js';
import { gateRun } from '../support/gate-run.js';
import { GitRepository } from '../support/github/git-repository.js';
import { type MadeImage, makeImage, makeIndex } from '../support/image/image-maker.js';
import { writeLayout } from '../support/image/image-maker-layout.js';
import { apkInstalled } from '../support/image/packaged-files.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { osvRecord } from '../support/registry/osv-server.js';
import { watchedSource } from '../support/registry/watched-source.js';
import { makeZip } from '../support/registry/zip-maker.js';

/** The packages of an image, `name@version`. */
async function alpine(...packages: readonly string[]): Promise<MadeImage> {
  const installed = packages.map((text) => {
    const [name = '', version = ''] = text.split('@');
    return { name, version, files: [{ path: `usr/lib/${name}`, content: text }] };
  });
  const release = { path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.22.3\n' };
  return await makeImage({ layers: [[release, ...apkInstalled(installed)]] });
}

const ALLOWED =
  'version: 1\nprofile: baseline\nallow:\n  - { image: "demo.example/**", signed: false, reason: built here }\n';
const OPENSSL = { ecosystem: 'Alpine:v3.22', name: 'openssl' };
const ZLIB = { ecosystem: 'Alpine:v3.22', name: 'zlib' };
const NOW = new Date('2026-11-21T00:00:00Z');

let images: ImageSource;
let exports: string;
let digests: Readonly<Record<string, string>>;

beforeAll(async () => {
  const made = {
    'demo.example/base:1': await alpine('openssl@3.3.1-r0', 'zlib@1.3.1-r0', 'old@1-r0'),
    'demo.example/base:2': await alpine('openssl@3.3.2-r0', 'zlib@1.3.1-r0', 'fresh@2-r0', 'more@3-r0'),
    'demo.example/unread:1': await makeImage({ layers: [[{ path: 'etc/hostname', content: 'unread' }]] }),
    'other.example/base:1': await alpine('openssl@3.3.1-r0', 'other@1-r0'),
  };
  const index = makeIndex([made['demo.example/base:1']]);
  const directory = makeDirectory({});
  const named = [...Object.entries(made), ['demo.example/again:1', index] as const];
  await writeLayout(
    directory,
    named.map(([name, content]) => ({ name, content })),
  );
  images = new LayoutSource(directory);
  digests = Object.fromEntries(named.map(([name, { descriptor }]) => [name, descriptor.digest]));
  const records = [
    osvRecord('ALPINE-CVE-2026-0001', [{ ...OPENSSL, fixed: '3.3.2-r0' }]),
    osvRecord('ALPINE-CVE-2026-0002', [{ ...OPENSSL, introduced: '3.3.2-r0' }]),
    osvRecord('ALPINE-CVE-2026-0003', [ZLIB]),
  ];
  exports = makeDirectory({
    'Alpine/all.zip': makeZip(
      Object.fromEntries(records.map((record) => [`${record.id}.json`, JSON.stringify(record)])),
    ),
    'known_exploited_vulnerabilities.json': JSON.stringify({
      dateReleased: '2026-11-20T00:00:00Z',
      vulnerabilities: [{ cveID: 'CVE-2020-0001' }],
    }),
  });
});

const repositories: GitRepository[] = [];
afterAll(() => {
  for (const repository of repositories) repository.remove();
});

const READING: ReadingOptions = {
  buildArgs: {},
  buildContexts: {},
  platforms: [],
  perFile: {},
  include: [],
  exclude: [],
  allFiles: true,
};

type Files = Readonly<Record<string, string>>;

/** Evaluates what one commit of a real repository makes of another. */
async function evaluated(
  before: Files,
  after: Files,
  { policy = ALLOWED, source = images, all = false } = {},
): Promise<Report> {
  const repository = new GitRepository();
  repositories.push(repository);
  const tree = (files: Files): CommitTree => {
    const commit = repository.commit('main', files);
    return makeCommitTree(cloneObjects(repository.directory, commit), commit);
  };
  const [base, head] = [tree(before), tree(after)];
  const [read, changed] = await Promise.all([readRepository(base, READING), changedPaths(base, head)]);
  if (!read.ok || !changed.ok) throw new Error("the repository of the test can't be read");
  const change = { changedFiles: changed.value, baseUses: read.value.uses, onlyNew: 'aging' } as const;
  return await gateRun({
    files: head,
    policy,
    source,
    change,
    all,
    settings: { vulnerabilitiesDirectory: exports },
    now: NOW,
  });
}

const from = (image: string): Files => ({ Dockerfile: `FROM ${image}\n` });

function only(report: Report): BaseChange {
  const [change, ...others] = report.baseChanges ?? [];
  if (change === undefined || others.length > 0) throw new Error(`${report.baseChanges?.length} changes of images`);
  return change;
}

describe('a pull request that changes a base', () => {
  test('is reported which packages and which known vulnerabilities that adds and removes', async () => {
    const report = await evaluated(from('demo.example/base:1'), from('demo.example/base:2'));
    expect(report.verdict).toBe('pass');
    expect(only(report)).toMatchObject({
      platform: 'linux/amd64',
      before: { reference: 'demo.example/base:1', digest: digests['demo.example/base:1'] },
      after: { reference: 'demo.example/base:2', digest: digests['demo.example/base:2'] },
      packages: {
        from: 'layers',
        counts: { added: 2, removed: 1, changed: 1 },
        added: [
          { package: 'apk/alpine/fresh', version: '2-r0' },
          { package: 'apk/alpine/more', version: '3-r0' },
        ],
        removed: [{ package: 'apk/alpine/old', version: '1-r0' }],
        changed: [{ package: 'apk/alpine/openssl', before: '3.3.1-r0', after: '3.3.2-r0' }],
        gaps: [],
      },
      vulnerabilities: {
        counts: { added: 1, removed: 1 },
        added: [{ packages: ['openssl'], fixed: [], unfixed: [{ id: 'CVE-2026-0002' }] }],
        removed: [{ packages: ['openssl'], fixedIn: '3.3.2-r0', fixed: [{ id: 'CVE-2026-0001' }] }],
        gaps: [],
      },
    });
  });

  test('reads it in the summary, the comment, the text and the JSON, which can be read again', async () => {
    const report = await evaluated(from('demo.example/base:1'), from('demo.example/base:2'));
    const summary = renderSummary(report);
    expect(summary).toContain('### What the change of images brings');
    expect(summary).toContain('**`demo.example/base:1` → `demo.example/base:2`** at `Dockerfile:1`');
    expect(summary).toContain('Packages: 2 packages added, 1 removed, 1 changed');
    expect(summary).toContain('~ apk/alpine/openssl 3.3.1-r0 -> 3.3.2-r0');
    expect(summary).toContain('- openssl 3.3.1-r0, fixed in 3.3.2-r0: CVE-2026-0001');
    const comment = renderComment(report);
    expect(comment).toContain(
      '<details><summary>1 image replaced: 2 packages added, 1 removed, 1 changed; known vulnerabilities: 1 added (1 critical, high or known to be exploited), 1 removed</summary>',
    );
    expect(comment).toContain('+ apk/alpine/fresh 2-r0');
    const text = checkText(report, { color: false, width: 100, source: () => undefined, program: 'base-image-gate' });
    expect(text).toContain('replaced: demo.example/base:1 -> demo.example/base:2 (linux/amd64)');
    expect(text).toContain('  packages: 2 packages added, 1 removed, 1 changed\n    + apk/alpine/fresh 2-r0');
    const again = readCheck([...checkJson(report)].join(''));
    expect(again.ok && again.value.baseChanges).toEqual(report.baseChanges);
  });

  test('has one entry however many uses change alike', async () => {
    const two = (image: string): Files => ({ Dockerfile: `FROM ${image}\n`, 'api/Dockerfile': `FROM ${image}\n` });
    const report = await evaluated(two('demo.example/base:1'), two('demo.example/base:2'));
    expect(only(report).uses).toHaveLength(2);
  });

  test('is reported nothing of what stays the same image, however it is named', async () => {
    const same = async (after: string) => (await evaluated(from('demo.example/base:1'), from(after))).baseChanges;
    expect(await same('demo.example/base:1')).toEqual([]);
    expect(await same(`demo.example/base:1@${digests['demo.example/base:1']}`)).toEqual([]);
    expect(await same('demo.example/again:1')).toEqual([]);
    const added = await evaluated({ 'README.md': 'a shop' }, from('demo.example/base:1'));
    expect(added.baseChanges).toEqual([]);
  });

  test('does not have an image that shows nothing of itself taken for a fix', async () => {
    const { vulnerabilities } = only(await evaluated(from('demo.example/base:1'), from('demo.example/unread:1')));
    expect(vulnerabilities).toMatchObject({
      status: 'compared',
      gaps: [expect.stringMatching(/^Not everything in demo\.example\/unread:1 could be evaluated: .*no package/)],
    });
  });
});

test('text of untrusted parties stays text: in a package, a version, a reason, a gap', async () => {
  const report = await evaluated(from('demo.example/base:1'), from('demo.example/base:2'));
  const hostile = '</details>\n```\n# @everyone <!-- base-image-gate -->\u001b[31m ##[error]x';
  const change = only(report);
  const bad: Report = {
    ...report,
    baseChanges: [
      {
        ...change,
        before: { reference: hostile },
        packages: {
          status: 'compared',
          from: 'layers',
          counts: { added: 1, removed: 0, changed: 1 },
          added: [{ package: hostile, version: hostile }],
          removed: [],
          changed: [{ package: 'a <', before: hostile }],
          gaps: [hostile],
        },
        vulnerabilities: { status: 'not-known', reason: hostile },
      },
    ],
  };
  const text = checkText(bad, { color: false, width: 100, source: () => undefined, program: 'base-image-gate' });
  const markdown = [renderSummary(bad), renderComment(bad)];
  for (const rendered of [...markdown, text]) {
    expect(rendered).toContain('~ a <');
    expect(rendered).not.toContain('\u001b');
    expect(rendered).not.toMatch(/##\[error|^# @everyone/m);
  }
  for (const rendered of markdown) {
    expect(rendered).not.toContain('<!-- base-image-gate');
    expect(rendered.match(/<details>/g)?.length).toBe(rendered.match(/^ *<\/details>/gm)?.length);
  }
});

describe('an image that may not be opened stays closed', () => {
  const STRICT = `${ALLOWED}rules: { allowed-base: error }\nregistries: { other.example: {} }\n`;

  test('on either side, and the report says why', async () => {
    const left = only(await evaluated(from('other.example/base:1'), from('demo.example/base:2'), { policy: STRICT }));
    const reason = 'other.example/base:1 was not opened because it fails allowed-base.';
    expect(left.packages).toEqual({ status: 'not-known', reason });
    expect(left.vulnerabilities).toEqual({ status: 'not-known', reason });

    const source = watchedSource(images);
    const came = await evaluated(from('demo.example/base:1'), from('other.example/base:1'), {
      policy: STRICT,
      ...source,
    });
    expect(only(came).packages).toEqual({ status: 'not-known', reason });
    expect([...source.asked]).not.toContain('other.example');
    expect(renderSummary(came)).toContain(`What that changes is not known. ${reason}`);
  });

  test('unless all images are to be opened', async () => {
    const options = { policy: STRICT, all: true };
    const change = only(await evaluated(from('other.example/base:1'), from('demo.example/base:2'), options));
    expect(change.packages).toMatchObject({ counts: { added: 3, removed: 1, changed: 1 } });
  });

  test('where nobody listed the registry of the image that is replaced', async () => {
    const source = watchedSource(images);
    const report = await evaluated(from('unheard.example/base:1'), from('demo.example/base:2'), source);
    expect(only(report).packages).toEqual({
      status: 'not-known',
      reason:
        'unheard.example/base:1 was not checked because neither the policy nor the catalog names the registry unheard.example.',
    });
    expect([...source.asked]).toEqual(['demo.example']);
  });

  test('and one that can not be had changes no verdict', async () => {
    const report = await evaluated(from('demo.example/gone:1'), from('demo.example/base:2'));
    expect(report.verdict).toBe('pass');
    expect(only(report).packages).toMatchObject({
      status: 'not-known',
      reason: expect.stringContaining('demo.example/gone:1'),
    });
  });

  test('nor is anything collected that no rule asks of the image evaluated', async () => {
    const policy = `${ALLOWED}rules: { no-known-vulnerabilities: off, no-secrets: off, supported: off, non-root: off }\n`;
    const report = await evaluated(from('demo.example/base:1'), from('demo.example/base:2'), { policy });
    expect(only(report)).toMatchObject({
      packages: { status: 'not-known', reason: 'No rule of the policy needs them.' },
      vulnerabilities: { status: 'not-known', reason: 'No rule of the policy needs them.' },
    });
  });
});
