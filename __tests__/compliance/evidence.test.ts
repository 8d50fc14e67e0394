import { describe, expect, test } from '@jest/globals';
import { complianceEvidence } from '../../src/compliance/evidence.js';
import { FRAMEWORKS } from '../../src/compliance/frameworks.js';
import { observationsOf } from '../../src/compliance/observations.js';
import { EVIDENCE_FORMATS, renderEvidence } from '../../src/compliance/render-evidence.js';
import { stableUuid } from '../../src/compliance/stable-uuid.js';
import type { Answer, Report } from '../../src/reports/report.js';
import { DIGEST, makeAnswer, makeReport, makeUse, makeWaiver } from '../support/report-maker.js';

const NOW = new Date('2026-11-21T12:00:00Z');
const python = makeUse('cgr.dev/chainguard/python:latest', { line: 1 });
const node = makeUse('node:22', { line: 5 });

function answer(given: Partial<Answer>): Answer {
  return makeAnswer({ rule: 'distroless', outcome: 'pass', reason: 'There is no shell in it.', ...given });
}

function reportOf(...answers: readonly Answer[]): Report {
  return makeReport({ uses: [python, node], answers });
}

const only = (report: Report) => {
  const [first, ...others] = observationsOf(report);
  if (first === undefined || others.length > 0) throw new Error(`${others.length} more`);
  return first;
};

describe('an observation', () => {
  const seen = answer({ use: python.id, image: DIGEST, platform: 'linux/amd64' });
  const uuidOf = (changed: Partial<Answer>) => only(reportOf({ ...seen, ...changed })).uuid;

  test('keeps its UUID while what was seen of the digest is the same', () => {
    const { uuid } = only(reportOf(seen));
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidOf({ reason: 'Said in other words.' })).toBe(uuid);
    expect(uuidOf({ level: 'warning' })).toBe(uuid);
    expect(only(makeReport({ uses: [{ ...python, line: 7 }], answers: [seen] })).uuid).toBe(uuid);
    const otherTag = makeUse('cgr.dev/chainguard/python:3', { id: python.id });
    expect(only(makeReport({ uses: [otherTag], answers: [seen] })).uuid).toBe(uuid);
  });

  test('gets another UUID when something else was seen', () => {
    const { uuid } = only(reportOf(seen));
    expect(uuidOf({ outcome: 'fail' })).not.toBe(uuid);
    expect(uuidOf({ image: DIGEST.replace('ab', 'cd') })).not.toBe(uuid);
    expect(uuidOf({ platform: 'linux/arm64' })).not.toBe(uuid);
    expect(uuidOf({ aspect: 'shell' })).not.toBe(uuid);
    expect(uuidOf({ vulnerabilities: ['CVE-2026-0001'] })).not.toBe(uuid);
    expect(uuidOf({ rule: 'minimal' })).not.toBe(uuid);
  });

  test('is one however many uses name the image, with the strictest level, and waived only where all are', () => {
    const again = makeUse('cgr.dev/chainguard/python:latest', { line: 9 });
    const failing = answer({ outcome: 'fail', image: DIGEST });
    const report = makeReport({
      uses: [python, again],
      answers: [
        { ...failing, use: python.id, level: 'warning', waiver: 0 },
        { ...failing, use: again.id },
      ],
      waivers: [{ ...makeWaiver({ rule: 'distroless' }), state: 'used' }],
    });
    expect(only(report)).toMatchObject({ places: ['Dockerfile:1', 'Dockerfile:9'], level: 'error' });
    expect(only(report)).not.toHaveProperty('waiver');
  });

  test('is about the digest that was resolved for the use, also where the rule itself needed none', () => {
    const allowed = makeAnswer({ rule: 'allowed-base', outcome: 'pass', use: python.id });
    const [first] = observationsOf(reportOf(allowed, seen));
    expect(first?.subject).toEqual({
      kind: 'image',
      reference: 'cgr.dev/chainguard/python:latest',
      digest: DIGEST,
    });
  });

  test('is none where a rule was not asked', () => {
    expect(observationsOf(reportOf({ ...seen, outcome: 'not-applicable' }))).toEqual([]);
  });
});

test('a UUID of version 5 depends on every part, and on their places', () => {
  expect(stableUuid('a', 'b')).toBe(stableUuid('a', 'b'));
  expect(new Set([stableUuid('a', 'b'), stableUuid('b', 'a'), stableUuid('ab'), stableUuid('a', ['b'])]).size).toBe(4);
});

describe('evidence toward a framework', () => {
  const readable = makeAnswer({ rule: 'readable-build-file', outcome: 'pass', file: 'Dockerfile' });
  const report = {
    ...makeReport({
      uses: [python, node],
      answers: [
        answer({ use: python.id, image: DIGEST, platform: 'linux/amd64' }),
        answer({ use: node.id, outcome: 'fail', reason: 'There is a `shell` in it: <b>/bin/sh</b>.', waiver: 0 }),
        makeAnswer({ rule: 'fresh', outcome: 'indeterminate', use: node.id, reason: 'The registry did not answer.' }),
        makeAnswer({ rule: 'intact', outcome: 'skipped', use: node.id, reason: 'Not looked at.' }),
        readable,
      ],
      waivers: [
        { ...makeWaiver({ rule: 'distroless', owner: '@acme/platform', reason: 'being moved' }), state: 'used' },
      ],
      limits: [{ name: 'layer-bytes', message: 'A layer was too large.' }],
    }),
  };

  test('tells what was observed of each control, and what could not be', () => {
    const evidence = complianceEvidence(report, 'nist-800-53', NOW);
    const of = (id: string) => evidence.requirements.find(({ requirement }) => requirement.id === id);
    expect(of('CM-7')).toMatchObject({ observed: [expect.any(String), expect.any(String)], notObserved: [] });
    expect(of('SI-2')).toMatchObject({ observed: [], notObserved: [expect.any(String)] });
    expect(of('SI-7')?.notObserved).toHaveLength(1);
    expect(of('SA-22')).toMatchObject({ observed: [], notObserved: [] });
    expect(of('CM-7')?.rules.map(({ rule }) => rule)).toContain('distroless');
  });

  test.each(FRAMEWORKS.flatMap((framework) => EVIDENCE_FORMATS.map((format) => [framework, format] as const)))(
    '%s as %s says "evidence toward", and is the same for the same run',
    async (framework, format) => {
      const text = await renderEvidence(complianceEvidence(report, framework, NOW), format);
      expect(text).toBe(await renderEvidence(complianceEvidence(structuredClone(report), framework, NOW), format));
      expect(text).toMatch(/evidence toward/i);
      expect(text).not.toMatch(/complian(?!ce evidence)/i);
      expect(text).toContain('AppArmor');
      const later = await renderEvidence(complianceEvidence(report, framework, new Date(NOW.getTime() + 1000)), format);
      expect(later.replaceAll('12:00:01.000Z', '12:00:00.000Z')).toBe(text);
    },
  );

  test('Markdown shows waivers, limits, and what was not observed, and escapes what others wrote', async () => {
    const text = await renderEvidence(complianceEvidence(report, 'govramp', NOW), 'markdown');
    expect(text).toContain('distroless` fail, error, waived (1)');
    expect(text).toContain('being moved');
    expect(text).toContain('`fresh` indeterminate, error: `docker.io/library/node:22`');
    expect(text).toContain('limit layer-bytes: A layer was too large.');
    expect(text).not.toContain('<b>');
  });

  test('of a repository without images is empty and not absent', async () => {
    const empty = makeReport({ uses: [], answers: [] });
    const evidence = complianceEvidence(empty, 'fedramp', NOW);
    expect(evidence.observations).toEqual([]);
    expect(await renderEvidence(evidence, 'markdown')).toContain('No image was opened.');
    expect(JSON.parse(await renderEvidence(evidence, 'oscal'))['assessment-results'].results[0]).not.toHaveProperty(
      'observations',
    );
  });
});
