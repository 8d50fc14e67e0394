import { describe, expect, test } from '@jest/globals';
import { complianceEvidence } from '../../src/compliance/evidence.js';
import { FRAMEWORKS } from '../../src/compliance/frameworks.js';
import { observationsOf } from '../../src/compliance/observations.js';
import { EVIDENCE_FORMATS, renderEvidence } from '../../src/compliance/render-evidence.js';
import { stableUuid } from '../../src/compliance/stable-uuid.js';
import type { CollectedEvidence } from '../../src/evidence/kinds.js';
import type { Report } from '../../src/reports/report.js';
import type { Answer } from '../../src/rules/answer.js';
import { DIGEST, makeAnswer, makeImage, makeReport, makeUse, makeWaiver } from '../support/report-maker.js';

const NOW = new Date('2026-11-21T12:00:00Z');
const RUN = { collected: NOW, evaluated: 'acme/shop at c0ffee' };
const python = makeUse('cgr.dev/chainguard/python:latest', { line: 1 });
const node = makeUse('node:22', { line: 5 });

function answer(given: Partial<Answer>): Answer {
  return makeAnswer({ rule: 'distroless', outcome: 'pass', message: 'There is no shell in it.', ...given });
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
    expect(uuidOf({ message: 'Said in other words.' })).toBe(uuid);
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

  describe('that rests on what can change while the digest stays', () => {
    const image = (evidence: CollectedEvidence) => [
      makeImage('cgr.dev/chainguard/python:latest', { id: DIGEST, evidence }),
    ];
    const uuidWith = (rule: string, evidence: CollectedEvidence) =>
      only(makeReport({ uses: [python], answers: [{ ...seen, rule }], images: image(evidence) })).uuid;
    const tag = (currentDigest: string): CollectedEvidence => ({
      tag: { status: 'present', value: { tag: 'latest', currentDigest }, from: 'a' },
    });
    const timestampAt = (at: string): CollectedEvidence => {
      const chosen = { name: 'transparency log', at, verified: true, place: 'a' };
      return { timestamps: { status: 'present', value: { timestamps: [chosen], chosen, refused: [] }, from: 'a' } };
    };

    test('gets another UUID when a tag has moved on, and when a timestamp changes', () => {
      expect(uuidWith('current', tag(DIGEST))).toBe(uuidWith('current', tag(DIGEST)));
      expect(uuidWith('current', tag(DIGEST))).not.toBe(uuidWith('current', tag(DIGEST.replace('ab', 'cd'))));
      expect(uuidWith('fresh', timestampAt('2026-11-01'))).not.toBe(uuidWith('fresh', timestampAt('2026-11-02')));
    });

    test('keeps it when something changes that its rule does not ask about', () => {
      expect(uuidWith('distroless', tag(DIGEST))).toBe(uuidWith('distroless', tag(DIGEST.replace('ab', 'cd'))));
      expect(uuidWith('current', timestampAt('2026-11-01'))).toBe(uuidWith('current', timestampAt('2026-11-02')));
    });

    test('names what a VEX statement silences, and is another one without it', async () => {
      const found = (silences: boolean): CollectedEvidence => ({
        vulnerabilities: {
          status: 'present',
          from: 'a',
          value: {
            found: [
              {
                id: 'CVE-2026-0001',
                ids: ['CVE-2026-0001'],
                package: { name: 'a', version: '1', purl: 'pkg:apk/wolfi/a@1', ecosystem: 'Wolfi' },
                rating: { severity: 'high', from: 'a' },
                exploited: false,
                possible: false,
                records: ['CVE-2026-0001'],
                vex: {
                  status: 'not_affected',
                  silences,
                  reason: 'vex-1, signed by vendor.pub, says not_affected: unused',
                },
              },
            ],
            unevaluated: [],
            uncovered: [],
            community: [],
            fixesOnly: [],
            inventoried: 1,
            packages: 1,
            sources: [],
            exploitedList: { status: 'not-needed' },
          },
        },
      });
      const rule = 'no-known-vulnerabilities';
      expect(uuidWith(rule, found(true))).not.toBe(uuidWith(rule, found(false)));
      const report = makeReport({ uses: [python], answers: [{ ...seen, rule }], images: image(found(true)) });
      const words = 'vex-1, signed by vendor.pub, says not_affected: unused';
      expect(only(report).silenced).toEqual([{ vulnerability: 'CVE-2026-0001', reason: words }]);
      for (const format of EVIDENCE_FORMATS) {
        const text = await renderEvidence(complianceEvidence(report, 'fedramp', RUN), format);
        expect(text).toContain('CVE-2026-0001');
        expect(text.replaceAll('\\', '')).toContain('signed by vendor.pub, says');
      }
    });
  });

  describe('of a subject that waivers cover at single places', () => {
    const again = makeUse('cgr.dev/chainguard/python:latest', { file: 'b/Dockerfile', line: 9 });
    const failing = answer({ outcome: 'fail', image: DIGEST, platform: 'linux/amd64' });
    const waivers = ['team-one', 'team-two'].map((owner) => ({ ...makeWaiver({ owner }), state: 'used' as const }));
    const given = (second: Partial<Answer>) =>
      makeReport({
        uses: [python, again],
        answers: [
          { ...failing, use: python.id, waiver: 0 },
          { ...failing, use: again.id, ...second },
        ],
        waivers,
      });
    const texts = async (report: Report) => {
      const evidence = complianceEvidence(report, 'nist-800-53', RUN);
      return { markdown: await renderEvidence(evidence, 'markdown'), oscal: await renderEvidence(evidence, 'oscal') };
    };

    test.each(EVIDENCE_FORMATS)('says as %s what was evaluated', async (format) => {
      const evidence = complianceEvidence(makeReport({}), 'nist-800-53', RUN);
      expect(await renderEvidence(evidence, format)).toContain('acme/shop at c0ffee');
    });

    test('shows a waiver of one place, and does not call the rest waived', async () => {
      const report = given({});
      expect(only(report)).toMatchObject({ waivedAt: [{ waiver: 0, place: 'Dockerfile:1' }] });
      expect(only(report)).not.toHaveProperty('waiver');
      const { markdown, oscal } = await texts(report);
      expect(markdown).toContain('fail, error, waived at some places (1): ');
      expect(markdown).toMatch(/^- 1: .* \(applied to `cgr\.dev\S+` at `Dockerfile:1`\)$/m);
      expect(oscal).toMatch(/"name": "waived-at-some-places"/);
      expect(oscal).toContain('accepted at Dockerfile:1 by team-one until ');
    });

    test('shows every waiver, where each place has another', async () => {
      const report = given({ waiver: 1 });
      expect(only(report)).toMatchObject({
        waiver: 0,
        waivedAt: [{ waiver: 0 }, { waiver: 1, place: 'b/Dockerfile:9' }],
      });
      const { markdown, oscal } = await texts(report);
      expect(markdown).toContain('fail, error, waived (1, 2): ');
      expect(oscal).not.toContain('waived-at-some-places');
      expect(oscal).toContain('accepted at b/Dockerfile:9 by team-two until ');
    });

    test('and says no places where one waiver covers all', () => {
      expect(only(given({ waiver: 0 }))).toMatchObject({ waiver: 0, waivedAt: [] });
    });
  });

  test('shows every waiver that accepts a part of it, with owner, reason and last day', async () => {
    const cve = (id: string, owner: string) => ({
      ...makeWaiver({ rule: 'no-known-vulnerabilities', vulnerability: id, owner, reason: `${id} is not reached` }),
      state: 'used' as const,
    });
    const failing = answer({
      rule: 'no-known-vulnerabilities',
      outcome: 'fail',
      use: python.id,
      image: DIGEST,
      platform: 'linux/amd64',
      vulnerabilities: ['CVE-2026-0001', 'CVE-2026-0002', 'CVE-2026-0003'],
      accepts: [0, 1],
    });
    const waivers = [cve('CVE-2026-0001', 'team-one'), cve('CVE-2026-0002', 'team-two')];
    const report = makeReport({ uses: [python], answers: [failing], waivers });
    expect(only(report)).toMatchObject({ accepts: [0, 1] });
    expect(only(report)).not.toHaveProperty('waiver');
    for (const format of EVIDENCE_FORMATS) {
      const text = await renderEvidence(complianceEvidence(report, 'nist-800-53', RUN), format);
      for (const word of ['team-one', 'team-two', 'CVE-2026-0002 is not reached', '2027-01-31']) {
        expect(text.replaceAll('\\', '')).toContain(word);
      }
    }
    const markdown = await renderEvidence(complianceEvidence(report, 'nist-800-53', RUN), 'markdown');
    expect(markdown).toContain('fail, error, accepted in part (1, 2)');
    expect(markdown).toContain(' (applied to `cgr.dev/chainguard/python:latest@');
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
  const readable = makeAnswer({ rule: 'readable-build-file', outcome: 'pass' });
  const report = {
    ...makeReport({
      uses: [python, node],
      answers: [
        answer({ use: python.id, image: DIGEST, platform: 'linux/amd64' }),
        answer({ use: node.id, outcome: 'fail', message: 'There is a `shell` in it: <b>/bin/sh</b>.', waiver: 0 }),
        makeAnswer({ rule: 'fresh', outcome: 'indeterminate', use: node.id, message: 'The registry did not answer.' }),
        makeAnswer({ rule: 'intact', outcome: 'skipped', use: node.id, message: 'Not looked at.' }),
        readable,
      ],
      waivers: [
        { ...makeWaiver({ rule: 'distroless', owner: '@acme/platform', reason: 'being moved' }), state: 'used' },
      ],
      limits: [{ name: 'layer-bytes', message: 'A layer was too large.' }],
    }),
  };

  test('shows what was observed of each control, and what could not be', () => {
    const evidence = complianceEvidence(report, 'nist-800-53', RUN);
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
      const text = await renderEvidence(complianceEvidence(report, framework, RUN), format);
      expect(text).toBe(await renderEvidence(complianceEvidence(structuredClone(report), framework, RUN), format));
      expect(text).toMatch(/evidence toward/i);
      expect(text).not.toMatch(/complian(?!ce evidence)/i);
      expect(text).toContain('AppArmor');
      const later = await renderEvidence(
        complianceEvidence(report, framework, { ...RUN, collected: new Date(NOW.getTime() + 1000) }),
        format,
      );
      expect(later.replaceAll('12:00:01.000Z', '12:00:00.000Z')).toBe(text);
    },
  );

  describe('says in every format under what it was collected, and what was left out', () => {
    const given: Report = {
      ...report,
      tool: {
        ...report.tool,
        trustedRoot: 'the trusted root of acme',
        feeds: [{ name: 'OSV API', date: '2026-11-20' }],
        snapshots: [],
      },
      policy: {
        ...report.policy,
        source: { name: 'gate.yml', commit: 'c0ffee1', extends: [{ name: 'acme/base.yml', commit: 'beef2' }] },
      },
      files: [...report.files, { path: 'old/Dockerfile', status: 'skipped', reason: 'paths does not name it' }],
      notices: ['Notice of the run.'],
    };
    test.each(EVIDENCE_FORMATS)('the format %s includes all of it', async (format) => {
      const text = await renderEvidence(complianceEvidence(given, 'fedramp', RUN), format);
      for (const word of [
        'the trusted root of acme',
        'OSV API',
        '2026-11-20',
        'c0ffee1',
        'acme/base.yml',
        'beef2',
        'old/Dockerfile',
        'paths does not name it',
        'Notice of the run.',
        'A layer was too large.',
        'The class of the service',
      ]) {
        expect(text).toContain(word);
      }
    });

    test('and a feed that is as old as the run makes no other document of it', async () => {
      const at = async (time: Date) => {
        const tool = { ...given.tool, feeds: [{ name: 'OSV API', date: time.toISOString() }] };
        const text = await renderEvidence(
          complianceEvidence({ ...given, tool }, 'fedramp', { ...RUN, collected: time }),
          'oscal',
        );
        return text.replaceAll(time.toISOString(), 'then');
      };
      expect(await at(new Date(NOW.getTime() + 1000))).toBe(await at(NOW));
    });
  });

  test('Markdown shows waivers, limits, and what was not observed, and escapes what others wrote', async () => {
    const text = await renderEvidence(complianceEvidence(report, 'govramp', RUN), 'markdown');
    expect(text).toContain('distroless` fail, error, waived (1)');
    expect(text).toContain('being moved');
    expect(text).toContain('`fresh` indeterminate, error: `docker.io/library/node:22`');
    expect(text).toContain('limit layer-bytes: A layer was too large.');
    expect(text).not.toContain('<b>');
  });

  test('Markdown names for each rule what it passed on and what it was not asked of, and shortens no reason', async () => {
    const rules = ['distroless', 'allowed-base', 'minimal', 'intact', 'fresh', 'non-root'];
    const uses = Array.from({ length: 20 }, (_, index) => makeUse(`node:${index}`, { line: index + 20 }));
    const skipped = uses.flatMap((use) =>
      rules.map((rule) =>
        makeAnswer({ rule, outcome: 'skipped', use: use.id, message: `Not opened: ${use.written}.` }),
      ),
    );
    const passing = makeAnswer({ rule: 'allowed-base', outcome: 'pass', use: python.id });
    const failing = answer({ use: python.id, outcome: 'fail', message: 'There is a shell in it.' });
    const many = makeReport({ uses: [python, ...uses], answers: [passing, failing, ...skipped] });
    const text = await renderEvidence(complianceEvidence(many, 'nist-800-53', RUN), 'markdown');
    const section = text.slice(text.indexOf('### CM-7 '), text.indexOf('### CM-7(1)'));
    expect(section).toContain(
      'Observed as the rule requires:\n\n- `allowed-base`: `cgr.dev/chainguard/python:latest`\n',
    );
    expect(section).toContain('- `minimal`: `docker.io/library/node:0`, `docker.io/library/node:1`');
    expect(text.match(/Not opened: node:\d+\.$/gm)).toHaveLength(20);
    expect(text).toContain('`intact` skipped, error; `fresh` skipped, error; `non-root` skipped, error: ');
    expect(text).not.toContain('the JSON has all');
  });

  describe('as OSCAL', () => {
    interface Property {
      readonly name: string;
      readonly value: string;
      readonly class?: string;
      readonly remarks?: string;
    }
    const result = async (framework: (typeof FRAMEWORKS)[number]) => {
      const text = await renderEvidence(complianceEvidence(report, framework, RUN), 'oscal');
      return JSON.parse(text)['assessment-results'].results[0];
    };

    test('reviews the controls that something was observed of, and no others', async () => {
      const { 'reviewed-controls': reviewed } = await result('nist-800-53');
      const ids = reviewed['control-selections'][0]['include-controls'].map(
        (one: { 'control-id': string }) => one['control-id'],
      );
      // distroless and readable-build-file were observed; fresh and intact were not.
      expect(ids).toEqual(['cm-6', 'cm-7', 'cm-7.1']);
    });

    test.each([
      ['fedramp', 'fedramp-20x', 'KSI-CNA-MAT'],
      ['fedramp', 'fedramp-containers', 'containers/hardened-images'],
      ['fedramp', 'cis-docker', 'CIS 4.3'],
      ['govramp', 'cis-docker', 'CIS 4.3'],
      ['govramp', 'nist-800-53', 'cm-7'],
    ] as const)('of %s names a requirement of %s, with the reason', async (framework, set, id) => {
      const { observations, 'reviewed-controls': reviewed } = await result(framework);
      const props: readonly Property[] = observations.flatMap((one: { props: Property[] }) => one.props);
      const toward = props.filter(({ name, value }) => name === 'evidence-toward' && value === id);
      expect(toward).toContainEqual(expect.objectContaining({ class: set, remarks: expect.stringMatching(/\.$/) }));
      if (set !== 'nist-800-53') {
        expect(reviewed.props).toContainEqual(expect.objectContaining({ value: id, class: set }));
      }
    });

    test('is another document with the same observations when a waiver is added', async () => {
      const uuidsOf = async (given: Report) => {
        const text = await renderEvidence(complianceEvidence(given, 'nist-800-53', RUN), 'oscal');
        const { uuid, results } = JSON.parse(text)['assessment-results'];
        return {
          uuid,
          result: results[0].uuid,
          seen: results[0].observations.map((one: { uuid: string }) => one.uuid),
        };
      };
      const before = await uuidsOf(report);
      const after = await uuidsOf({ ...report, waivers: [...report.waivers, { ...makeWaiver(), state: 'unused' }] });
      expect(after.seen).toEqual(before.seen);
      expect(after.uuid).not.toBe(before.uuid);
      expect(after.result).not.toBe(before.result);
    });

    test('says of what could not be observed that it would be evidence', async () => {
      const { observations } = await result('nist-800-53');
      const names = (rule: string) =>
        observations
          .map(({ props }: { props: readonly Property[] }) => props)
          .filter((props: readonly Property[]) => props.some(({ name, value }) => name === 'rule' && value === rule))
          .flatMap((props: readonly Property[]) => props.map(({ name }) => name));
      expect(names('fresh')).toContain('would-be-evidence-toward');
      expect(names('fresh')).not.toContain('evidence-toward');
      expect(names('distroless')).toContain('evidence-toward');
    });
  });

  test('says of a control that nothing was observed of why there is nothing', async () => {
    const text = await renderEvidence(complianceEvidence(report, 'nist-800-53', RUN), 'markdown');
    const section = text.slice(text.indexOf('### SA-22'), text.indexOf('### SI-2 '));
    expect(section).toContain('none of these rules applied to anything here');
  });

  test('of a repository without images is empty and not absent', async () => {
    const empty = makeReport({ uses: [], answers: [] });
    const evidence = complianceEvidence(empty, 'fedramp', RUN);
    expect(evidence.observations).toEqual([]);
    expect(await renderEvidence(evidence, 'markdown')).toContain('No image was opened.');
    expect(JSON.parse(await renderEvidence(evidence, 'oscal'))['assessment-results'].results[0]).not.toHaveProperty(
      'observations',
    );
  });
});
