import { describe, expect, test } from '@jest/globals';
import { findingsOf, WAIVERS } from '../../src/reports/findings.js';
import { makeAnswer, makeReport, makeUse, makeWaiver } from '../support/report-maker.js';

const node = makeUse('node:20');
const alpine = makeUse('alpine', { line: 7, endLine: 7 });

describe('findingsOf', () => {
  test('shows what failed and what could not be answered, and nothing else', () => {
    const outcomes = ['pass', 'fail', 'indeterminate', 'not-applicable', 'skipped'] as const;
    const answers = outcomes.map((outcome) => makeAnswer({ use: node.id, outcome, message: outcome }));
    const report = makeReport({ uses: [node], answers: [...answers, makeAnswer({ use: node.id, level: 'off' })] });
    expect(report.findings.map((finding) => finding.message)).toEqual(['fail', 'indeterminate']);
  });

  test('places a finding where its answer is', () => {
    const location = { file: 'Dockerfile', line: 9, column: 1, endLine: 9, endColumn: 10 };
    const { findings } = makeReport({
      uses: [node],
      answers: [makeAnswer({ use: node.id, message: 'use' }), makeAnswer({ use: node.id, message: 'at', location })],
    });
    const places = Object.fromEntries(
      findings.map((one) => [one.message, `${one.location.file}:${one.location.line}:${one.location.column}`]),
    );
    expect(places).toEqual({
      use: 'Dockerfile:3:6',
      at: 'Dockerfile:9:1',
    });
  });

  test('platforms and expansions of one place that say the same are one finding', () => {
    const arm = { ...node, id: 'arm', expanded: 'arm64v8/node:20' };
    const { findings } = makeReport({
      uses: [node, arm],
      answers: [
        makeAnswer({ use: node.id, platform: 'linux/amd64' }),
        makeAnswer({ use: arm.id, platform: 'linux/arm64' }),
        makeAnswer({ use: arm.id, platform: 'linux/arm64' }),
      ],
    });
    expect(findings).toHaveLength(1);
    expect(findings[0]?.platforms).toEqual(['linux/amd64', 'linux/arm64']);
  });

  test('what two aspects of a rule say in the same words is reported once, in whatever order they say it', () => {
    const answers = ['layers', 'environment'].map((aspect) =>
      makeAnswer({ use: node.id, aspect, message: 'no network' }),
    );
    const [forth, back] = [answers, [...answers].reverse()].map(
      (some) => makeReport({ uses: [node], answers: some }).findings,
    );
    expect(forth).toHaveLength(1);
    expect(back).toEqual(forth);
  });

  test('platforms that differ in a word stay apart', () => {
    const { findings } = makeReport({
      uses: [node],
      answers: [
        makeAnswer({ use: node.id, platform: 'linux/amd64', message: '3 known' }),
        makeAnswer({ use: node.id, platform: 'linux/arm64', message: '4 known' }),
      ],
    });
    expect(findings).toHaveLength(2);
    expect(new Set(findings.map((finding) => finding.fingerprint)).size).toBe(2);
  });

  test('the worst comes first: level, then what this change answers for, then certainty, then place; waived last', () => {
    const { findings } = makeReport({
      uses: [node, alpine],
      waivers: [makeWaiver()],
      answers: [
        makeAnswer({ use: node.id, message: 'waived', waiver: 0 }),
        makeAnswer({ use: node.id, message: 'note', level: 'note' }),
        makeAnswer({ use: node.id, message: 'inherited', level: 'warning', inherited: true }),
        makeAnswer({ use: alpine.id, message: 'warning', level: 'warning' }),
        makeAnswer({ use: node.id, message: 'undecided', outcome: 'indeterminate' }),
        makeAnswer({ use: alpine.id, message: 'second' }),
        makeAnswer({ use: node.id, message: 'first' }),
      ],
    });
    expect(findings.map((finding) => finding.message)).toEqual([
      'first',
      'second',
      'undecided',
      'warning',
      'inherited',
      'note',
      'waived',
    ]);
  });

  test('at one place, findings keep the order in which the rules were asked', () => {
    const rules = ['denied-base', 'allowed-base', 'pinned-by-digest'];
    const { findings } = makeReport({ uses: [node], answers: rules.map((rule) => makeAnswer({ use: node.id, rule })) });
    expect(findings.map((finding) => finding.rule)).toEqual(rules);
  });

  test.each(['unused', 'expired', 'too-long'] as const)('a waiver that is %s is a warning at its place', (state) => {
    const at = { file: '.github/base-image-gate.yml', line: 40, column: 5 };
    const { findings } = makeReport({ waivers: [makeWaiver({ state, at })] });
    expect(findings).toMatchObject([{ rule: WAIVERS, level: 'warning', location: at }]);
    expect(findings[0]?.message).toContain('@acme/platform');
    expect(findings[0]).not.toHaveProperty('waiver');
  });

  test.each(['pass', 'fail'] as const)(
    'a vulnerability that a waiver accepts is named where the rule answers %s',
    (outcome) => {
      const rule = 'no-known-vulnerabilities';
      const { findings } = makeReport({
        uses: [node],
        waivers: [
          makeWaiver({ rule, vulnerability: 'CVE-2026-0001' }),
          makeWaiver({ rule, vulnerability: 'CVE-2026-2' }),
        ],
        answers: [makeAnswer({ use: node.id, rule, outcome, accepts: [0] })],
      });
      expect(findings.filter(({ waiver }) => waiver !== undefined)).toMatchObject([
        { rule, waiver: 0, message: 'CVE-2026-0001 is accepted by a waiver.', location: { file: 'Dockerfile' } },
      ]);
      expect(findings).toHaveLength(outcome === 'pass' ? 1 : 2);
    },
  );

  test('a used waiver is no finding', () => {
    expect(makeReport({ waivers: [makeWaiver()] }).findings).toEqual([]);
  });
});

describe('fingerprints', () => {
  const fingerprints = (line: number, ...references: string[]) =>
    makeReport({
      uses: references.map((reference, index) => makeUse(reference, { line: line + index, endLine: line + index })),
      answers: references.map((reference, index) =>
        makeAnswer({ use: `Dockerfile:${line + index}:6`, message: `on line ${line + index}: ${reference}` }),
      ),
    }).findings.map((finding) => finding.fingerprint);

  test('stay while lines move and messages change', () => {
    expect(fingerprints(3, 'node:20', 'alpine')).toEqual(fingerprints(30, 'node:20', 'alpine'));
  });

  test('differ by reference, by file, by rule, by aspect, and among equals', () => {
    const base = { use: node.id };
    const variants = [
      makeAnswer(base),
      makeAnswer({ ...base, aspect: 'shell', message: 'a shell' }),
      makeAnswer({ ...base, rule: 'denied-base' }),
      makeAnswer({ ...base, message: 'once more' }),
    ];
    const all = makeReport({ uses: [node], answers: variants }).findings.map((finding) => finding.fingerprint);
    const other = { ...node, id: 'other', file: 'b/Dockerfile' };
    const elsewhere = makeReport({ uses: [other], answers: [makeAnswer({ use: 'other' })] }).findings;
    expect(new Set([...all, elsewhere[0]?.fingerprint, ...fingerprints(3, 'node:22')]).size).toBe(6);
  });

  test('are the same today and tomorrow', () => {
    expect(fingerprints(3, 'node:20')).toEqual(['2e281576af40311bc430dd1de5601043']);
  });

  test('do not depend on the order of the answers', () => {
    const answers = [
      makeAnswer({ use: node.id, message: 'b' }),
      makeAnswer({ use: node.id, message: 'a' }),
      makeAnswer({ use: node.id, message: 'c', platform: 'linux/arm64' }),
    ];
    const input = { uses: [node], waivers: [], policy: makeReport().policy };
    expect(findingsOf({ ...input, answers: [...answers].reverse() })).toEqual(findingsOf({ ...input, answers }));
  });
});
