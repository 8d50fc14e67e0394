import { describe, expect, test } from '@jest/globals';
import { err } from '../../src/lib/result.js';
import type { ImageSource, RegistryError } from '../../src/registry/image-source.js';
import { renderComment } from '../../src/reports/markdown/comment.js';
import { renderSummary } from '../../src/reports/markdown/summary.js';
import { verdictReason } from '../../src/reports/tally.js';
import { rules } from '../../src/rules/index.js';
import { gateRun } from '../support/gate-run.js';
import { makeImage } from '../support/image/image-maker.js';
import { layoutOf } from '../support/image/layout-of.js';
import { refusedSource } from '../support/registry/refused-source.js';

const BASELINE = 'version: 1\nprofile: baseline\n';
const KNOWN = `${BASELINE}allow: [{ image: "demo.example/**", signed: false, reason: built here }]\n`;

async function unverified(from: string, policy: string, source = refusedSource()) {
  const files = { Dockerfile: `FROM ${from}\n` };
  const report = await gateRun({ files, policy, source, now: new Date('2026-11-30') });
  const answers = report.answers.filter(({ rule }) => rule === 'unverified');
  return { report, verdict: report.verdict, levels: answers.map(({ level }) => level) };
}

describe('an image that was not looked at', () => {
  test.each(['ubuntu:trusty', 'cgr.dev/chainguard/python:latest', 'docker.io/somebody/app:1'])(
    'makes baseline indeterminate when the registry refuses connections: %s',
    async (from) => {
      const { report, verdict, levels } = await unverified(from, BASELINE);
      expect([verdict, levels]).toEqual(['indeterminate', ['error']]);
      expect(report.coverage).toMatchObject({ references: 1, full: 0 });
    },
  );

  test('is no better offline for ubuntu:trusty than for an image of Chainguard', async () => {
    const files = (from: string) => ({ files: { Dockerfile: `FROM ${from}\n` }, policy: BASELINE });
    const [ubuntu, chainguard] = await Promise.all([
      gateRun(files('ubuntu:trusty')),
      gateRun(files('cgr.dev/chainguard/python:latest')),
    ]);
    expect([ubuntu.verdict, chainguard.verdict]).toEqual(['indeterminate', 'indeterminate']);
  });

  test('is not checked, though a rule about it has an answer that nobody has to look for', async () => {
    const { report } = await unverified('docker.io/library/node:22', BASELINE);
    const answers = report.answers.filter(({ rule }) => rule === 'signature-verified');
    expect(answers).toMatchObject([{ outcome: 'fail', level: 'note' }]);
    expect(report.coverage).toMatchObject({ references: 1, unchecked: 1, partial: 0 });
    expect(verdictReason(report)).toMatch(/did not answer: 1 reference not checked$/);
  });

  test('is opened and passes where the registry answers', async () => {
    const source = await layoutOf({ 'demo.example/base:1': await makeImage({ config: { User: '65532' } }) });
    const { report, levels } = await unverified('demo.example/base:1', KNOWN, source);
    expect([report.verdict, levels]).toEqual(['pass', []]);
  });

  test.each([
    ['observe', 'ubuntu:trusty', 'pass', ['warning']],
    ['hardened', `demo.example/base:1@sha256:${'a'.repeat(64)}`, 'indeterminate', ['error']],
    ['baseline', 'unheard.example/base:1', 'pass', ['warning']],
    ['baseline', '$UNSET', 'pass', []],
  ])('has in %s the level of its profile: %s', async (profile, from, verdict, levels) => {
    const policy = `version: 1\nprofile: ${profile}\nregistries: { demo.example: {} }\nrules: { allowed-base: off, signature-verified: off }\n`;
    expect(await unverified(from, policy)).toMatchObject({ verdict, levels });
  });

  test.each([
    ['fail', 'unheard.example/base:1', 'indeterminate', ['error']],
    ['fail', '$UNSET', 'indeterminate', ['error']],
    ['warn', 'ubuntu:trusty', 'pass', ['warning']],
  ])('has the level that the policy gives it: %s for %s', async (value, from, verdict, levels) => {
    expect(await unverified(from, `${BASELINE}unverified: ${value}\n`)).toMatchObject({ verdict, levels });
  });

  test('is not reported where its identity failed', async () => {
    const policy = `${BASELINE}deny: [{ image: ubuntu, reason: no }]\n`;
    expect(await unverified('ubuntu:trusty', policy)).toMatchObject({ verdict: 'fail', levels: [] });
  });

  test('is covered by a waiver that names it, for the images that it names', async () => {
    const waiving = (image: string) =>
      `${BASELINE}waivers: [{ rule: unverified, image: ${image}, reason: r, owner: o, expires: 2026-12-31 }]\n`;
    expect((await unverified('ubuntu:trusty', waiving('ubuntu'))).verdict).toBe('pass');
    expect((await unverified('ubuntu:trusty', waiving('debian'))).verdict).toBe('indeterminate');
  });

  test('is one cause with its count, whatever rules and images it leaves open', async () => {
    const { report } = await unverified(
      'ubuntu:trusty AS a\nFROM docker.io/somebody/app:1\nCOPY --from=a /x /x',
      BASELINE,
    );
    expect(report.coverage.causes).toEqual([
      { cause: 'network', message: 'docker.io did not answer', opened: false, rules: [], references: 2 },
    ]);
  });
});

describe('an image that was resolved', () => {
  test.each(['network', 'timeout', 'server-error', 'limit', 'not-found'] as const)(
    'is not taken for opened where its layers can not be had: %s',
    async (code) => {
      const { source, kinds } = await lateFailing(code);
      const { report, verdict, levels } = await unverified('demo.example/base:1', KNOWN, source);
      expect([verdict, levels]).toEqual(['indeterminate', ['error']]);
      expect(kinds).toContain('config');
      expect(report.coverage).toMatchObject({ references: 1, full: 0, partial: 1 });
    },
  );

  test('is opened without its layers where no rule asks for them', async () => {
    const { source } = await lateFailing('network');
    const off = rules.map(({ id }) => `${id}: ${id === 'allowed-base' ? 'error' : 'off'}`).join(', ');
    const { verdict, levels } = await unverified('demo.example/base:1', `${KNOWN}rules: { ${off} }\n`, source);
    expect([verdict, levels]).toEqual(['pass', []]);
  });
});

/** A registry that has an image's manifest and configuration, and fails when its layers are read. */
async function lateFailing(code: RegistryError['code']) {
  const layout = await layoutOf({ 'demo.example/base:1': await makeImage({ config: { User: '65532' } }) });
  const kinds: string[] = [];
  const source: ImageSource = {
    resolveTag: layout.resolveTag.bind(layout),
    manifest: layout.manifest.bind(layout),
    blob: (repository, descriptor, kind) => {
      kinds.push(kind);
      return layout.blob(repository, descriptor, kind);
    },
    blobStream: async ({ registry }) =>
      err({
        code,
        registry,
        request: 'GET https://demo.example/v2/base/blobs/x',
        message: 'It broke off.',
        fix: 'Run again.',
      }),
    referrers: layout.referrers.bind(layout),
    tags: layout.tags.bind(layout),
  };
  return { source, kinds };
}

describe('the headline', () => {
  test.each([
    ['ubuntu:trusty', 'unverified: warn\n', 'docker.io did not answer: 1 reference not checked'],
    ['unheard.example/a:1', '', 'unheard.example was not contacted'],
    ['$UNSET', '', '1 reference known only to a running build'],
  ])('has a warning sign and names what was not checked of a pass: %s', async (from, more, named) => {
    const { report } = await unverified(from, `${BASELINE}${more}`);
    expect(report.verdict).toBe('pass');
    const line = verdictReason(report);
    expect(line).toContain('0 of 1 references fully checked');
    expect(line).toContain(named);
    expect(line).not.toContain('may be built on');
    expect(renderComment(report)).toMatch(/^### ⚠️ Base images: pass/);
    expect(renderSummary(report)).toMatch(/^## ⚠️ Base images: pass/);
  });

  test('counts the questions that a failed identity leaves open, and names --all', async () => {
    const { report } = await unverified('ubuntu:trusty', `${BASELINE}deny: [{ image: ubuntu, reason: no }]\n`);
    expect(report.verdict).toBe('fail');
    expect(verdictReason(report)).toMatch(
      /1 image not opened because identity failed, .* \d+ questions open \(`--all`/,
    );
  });

  test('keeps its check mark where every rule was answered', async () => {
    const source = await layoutOf({ 'demo.example/base:1': await makeImage({ config: { User: '65532' } }) });
    const off = rules.map(({ id }) => `${id}: ${id === 'non-root' ? 'error' : 'off'}`).join(', ');
    const { report } = await unverified('demo.example/base:1', `${KNOWN}rules: { ${off} }\n`, source);
    expect(report.coverage).toMatchObject({ references: 1, full: 1 });
    expect(verdictReason(report)).toContain('may be built on');
    expect(renderComment(report)).toMatch(/^### ✅ Base images: pass/);
    expect(renderSummary(report)).toMatch(/^## ✅ Base images: pass/);
  });
});
