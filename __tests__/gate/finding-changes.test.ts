import { describe, expect, test } from '@jest/globals';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { readBase } from '../../src/gate/change.js';
import { readingOptions } from '../../src/policy/reading-options.js';
import { htmlReport } from '../../src/reports/html/html.js';
import type { Report } from '../../src/reports/report.js';
import { rules } from '../../src/rules/index.js';
import { gateRun } from '../support/gate-run.js';
import { makeImage } from '../support/image/image-maker.js';
import { validPolicy } from '../support/load-policy-text.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { layoutSource } from '../support/signing/signer-context.js';

type Files = Readonly<Record<string, string>>;

const POLICY = [
  'version: 1',
  'registries: { images.example: {}, demo.example: {} }',
  'deny: [{ image: "images.example/legacy/**", reason: no longer maintained }]',
  'rules: { pinned-by-digest: off, non-root: error }',
].join('\n');
const DENIED = 'FROM images.example/legacy/a:1\n';
const FINE = 'FROM scratch\n';

async function changed(before: Files, after: Files): Promise<Report> {
  const reading = readingOptions({}, {}, await validPolicy(POLICY, { rules }));
  if (!reading.ok) throw new Error(reading.error);
  const base = await readBase(openWorkingTree(makeDirectory(before), { allFiles: true }), reading.value);
  const images = [
    { name: 'demo.example/root:1', content: await makeImage() },
    { name: 'demo.example/user:1', content: await makeImage({ config: { User: '65532' } }) },
  ];
  return gateRun({
    files: after,
    policy: POLICY,
    source: await layoutSource(images),
    change: { changedFiles: Object.keys(after), onlyNew: 'aging', ...base },
  });
}

function rulesOf(
  { findingChanges: changes, findings }: Report,
  names: readonly string[] = ['denied-base', 'non-root'],
) {
  const added = findings.filter(({ fingerprint }) => changes?.new.includes(fingerprint)).map(({ rule }) => rule);
  const fixed = changes?.fixed.map(({ rule, image }) => `${rule} ${image}`) ?? [];
  const known = (rule: string) => names.some((name) => rule.startsWith(name));
  return { new: added.filter(known), fixed: fixed.filter(known) };
}

describe('of the findings of a change', () => {
  test.each<[string, Files, Files, ReturnType<typeof rulesOf>]>([
    [
      'a denied image that it brings is new',
      { Dockerfile: FINE },
      { Dockerfile: DENIED },
      { new: ['denied-base'], fixed: [] },
    ],
    ['one in a new file is new', {}, { Dockerfile: DENIED }, { new: ['denied-base'], fixed: [] }],
    [
      'one that it replaces by another is fixed',
      { Dockerfile: DENIED },
      { Dockerfile: 'FROM demo.example/user:1\n' },
      { new: [], fixed: ['denied-base images.example/legacy/a:1'] },
    ],
    [
      'one that it removes is fixed',
      { Dockerfile: DENIED, b: '' },
      { b: '' },
      { new: [], fixed: ['denied-base images.example/legacy/a:1'] },
    ],
    [
      'one that it replaces by another denied one is neither',
      { Dockerfile: DENIED },
      { Dockerfile: 'FROM images.example/legacy/b:1\n' },
      { new: [], fixed: [] },
    ],
    [
      'one that it leaves alone is neither',
      { Dockerfile: DENIED },
      { Dockerfile: `# same\n${DENIED}` },
      { new: [], fixed: [] },
    ],
    [
      'what an image fails and its successor passes is fixed',
      { Dockerfile: 'FROM demo.example/root:1\n' },
      { Dockerfile: 'FROM demo.example/user:1\n' },
      { new: [], fixed: ['non-root demo.example/root:1'] },
    ],
    [
      'what a successor leaves without an answer is not fixed',
      { Dockerfile: 'FROM demo.example/root:1\n' },
      { Dockerfile: 'FROM demo.example/missing:1\n' },
      { new: [], fixed: [] },
    ],
  ])('%s', async (_what, before, after, expected) => {
    expect(rulesOf(await changed(before, after))).toEqual(expected);
  });

  test('the page lists both with their places', async () => {
    const report = await changed({ Dockerfile: DENIED }, { Dockerfile: 'FROM demo.example/root:1\n' });
    const page = [...htmlReport(report, { now: new Date() })].join('');
    expect(page).toMatch(/New findings: \d+<\/h3>\s*<ul class="found"><li>.*?non-root/);
    expect(page).toMatch(
      /Fixed findings: \d+<\/h3>\s*<ul class="found"><li>.*?<strong>denied-base<\/strong> \(error\)/,
    );
    expect(page).toContain('<code>images.example/legacy/a:1</code>, <code>Dockerfile:1</code> of the base');
  });

  test('nothing is said where the base could not be read', async () => {
    const report = await gateRun({
      files: { Dockerfile: DENIED },
      policy: POLICY,
      change: { changedFiles: [], baseUses: null, onlyNew: 'aging' },
    });
    expect(report.findingChanges).toBeUndefined();
  });
});
