// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Compose files
import { describe, expect, test } from '@jest/globals';
import { checkJson } from '../../src/reports/json.js';
import { renderComment } from '../../src/reports/markdown/comment.js';
import { renderSummary } from '../../src/reports/markdown/summary.js';
import { readCheck } from '../../src/reports/read-check.js';
import type { Report } from '../../src/reports/report.js';
import { checkText } from '../../src/reports/text/text.js';
import { gateRun } from '../support/gate-run.js';

const FILES = {
  Dockerfile: 'FROM scratch\nUSER 65532\n',
  'compose.yaml': 'services:\n  cache: { image: "bad.example/redis:7" }\n  db: { image: "postgres:${VERSION}" }\n',
};

const policy = (profile: string, more = '') =>
  `version: 1\nprofile: ${profile}\nallow:\n  - { image: "good.example/**", signed: false, reason: built here }\n${more}`;

const levelsOf = (report: Report) =>
  Object.fromEntries(
    report.answers
      .filter(({ use, outcome }) => use !== undefined && (outcome === 'fail' || outcome === 'indeterminate'))
      .map(({ rule, level }) => [rule, level]),
  );

const DENY = 'deny:\n  - { image: "bad.example/**", reason: abandoned }\n';

describe('an image that is only run', () => {
  test.each([
    ['baseline', { 'allowed-base': 'note', 'known-reference': 'note', 'pinned-by-digest': 'note' }],
    ['hardened', { 'allowed-base': 'warning', 'known-reference': 'note', 'pinned-by-digest': 'note' }],
    ['strict', { 'allowed-base': 'warning', 'known-reference': 'note', 'pinned-by-digest': 'warning' }],
  ])('is evaluated at the levels of %s, and passes', async (profile, levels) => {
    const report = await gateRun({ files: FILES, policy: policy(profile) });
    expect(levelsOf(report)).toEqual(levels);
    expect(report.verdict).toBe('pass');
  });

  test.each(['baseline', 'hardened', 'strict'])('fails in %s where it is denied', async (profile) => {
    const report = await gateRun({ files: FILES, policy: policy(profile, DENY) });
    expect(levelsOf(report)['denied-base']).toBe('error');
    expect(report.verdict).toBe('fail');
  });

  test('is raised by roles.run alone, and lowered by rules as well', async () => {
    const general = await gateRun({
      files: FILES,
      policy: policy('baseline', 'rules: { allowed-base: error, no-secrets: error, pinned-by-digest: off }\n'),
    });
    expect(levelsOf(general)).toEqual({ 'allowed-base': 'note', 'known-reference': 'note' });
    const own = await gateRun({
      files: FILES,
      policy: policy('baseline', 'roles: { run: { rules: { allowed-base: error } } }\n'),
    });
    expect(levelsOf(own)['allowed-base']).toBe('error');
    expect(own.verdict).toBe('fail');
  });

  test('is left out with scope build', async () => {
    const report = await gateRun({ files: FILES, policy: policy('strict', `${DENY}scope: build\n`) });
    expect(report.uses).toEqual([]);
    expect(report.verdict).toBe('pass');
  });

  test('is exempt from unverified, where an image that is built on is not', async () => {
    const verified = policy('baseline', 'unverified: fail\n');
    expect((await gateRun({ files: FILES, policy: verified })).verdict).toBe('pass');
    const built = { ...FILES, Dockerfile: 'FROM postgres:16\n' };
    expect((await gateRun({ files: built, policy: verified })).verdict).toBe('indeterminate');
  });

  test('is covered by a waiver of its file', async () => {
    const waiver =
      'waivers:\n  - { rule: denied-base, file: compose.yaml, reason: until it is replaced, owner: "@acme", expires: 2026-12-01 }\n';
    const report = await gateRun({
      files: FILES,
      policy: policy('strict', `${DENY}${waiver}`),
      now: new Date('2026-11-01T00:00:00Z'),
    });
    expect(report.verdict).toBe('pass');
    expect(report.waivers).toMatchObject([{ state: 'used' }]);
  });

  test('is counted apart from the images that are built on', async () => {
    const files = { ...FILES, Dockerfile: 'FROM good.example/base:1\n' };
    const { coverage, definitions } = await gateRun({ files, policy: policy('baseline') });
    expect(coverage).toMatchObject({ references: 1, unresolved: 0, run: { references: 2, unresolved: 1 } });
    expect(definitions).toContainEqual({ path: 'compose.yaml', kind: 'compose', status: 'read' });
  });

  test('is shown apart in every report', async () => {
    const report = await gateRun({
      files: { ...FILES, Dockerfile: 'FROM bad.example/base:1\n' },
      policy: policy('strict', DENY),
    });
    const text = checkText(report, { color: false, width: 100, source: () => undefined, program: 'gate' });
    const [builtOn = '', run = ''] = text.split('Images that CI, Compose or a dev container runs:');
    expect(builtOn).not.toContain('compose.yaml');
    expect(run).toMatch(/^compose\.yaml .*\n {2}2:/m);
    for (const markdown of [renderSummary(report), renderComment(report)]) {
      const [above = '', below = ''] = markdown.split(/^(?:### |\*\*)Images that are run/m);
      expect(above).toContain('bad.example/base:1');
      expect(below).toContain('bad.example/redis:7');
    }
    const json = [...checkJson(report)].join('');
    expect(JSON.parse(json).uses.map(({ role }: { role: string }) => role)).toEqual(['final', 'run', 'run']);
    const read = readCheck(json);
    expect(read.ok && read.value.coverage).toEqual(report.coverage);
  });
});
