import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Report } from '../../src/reports/report.js';
import { checkSarif, type SarifOptions } from '../../src/reports/sarif.js';
import { rules } from '../../src/rules/index.js';
import { makeAnswer, makeReport, makeUse, makeWaiver } from '../support/report-maker.js';
import { sarifErrors } from '../support/sarif-schema.js';
import { storefrontReport } from '../support/storefront-report.js';

const node = makeUse('node:20');

/** The one run of a log, as far as these tests look into it. */
interface Run {
  readonly tool: { readonly driver: { readonly rules: readonly DescribedRule[] } };
  readonly results: readonly Result[];
  readonly invocations: readonly [
    { exitCode: number; toolExecutionNotifications: readonly { message: { text: string } }[] },
  ];
  readonly columnKind: string;
  readonly automationDetails?: { readonly id: string };
}
interface DescribedRule {
  readonly id: string;
  readonly help: { readonly markdown: string };
  readonly properties: { readonly 'security-severity': string; readonly tags: readonly string[] };
}
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string };
        readonly region: { startLine: number; startColumn: number; endLine: number; endColumn: number };
      };
    },
  ];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions?: readonly { readonly kind: string; readonly justification: string }[];
}

function runOf(report: Report, options: Partial<SarifOptions> = {}): Run {
  const log: unknown = JSON.parse(checkSarif(report, { rules, ...options }));
  expect(sarifErrors(log)).toEqual([]);
  // The schema has just said that it has this shape.
  return (log as { runs: [Run] }).runs[0];
}

describe('checkSarif', () => {
  test('a whole report is valid SARIF 2.1.0 with a result for each finding but notes', () => {
    const report = storefrontReport({
      notices: ['The allowlist is not enforced.'],
      limits: [{ name: 'files', message: 'Two were left.' }],
    });
    const run = runOf(report, {
      category: 'services',
      repositoryUrl: 'https://github.com/acme/storefront',
      commit: 'a'.repeat(40),
      rulesUrl: 'https://github.com/acme/base-image-gate/blob/v1/docs/rules',
    });
    expect(run.results.map((one) => `${one.level} ${one.ruleId}`)).toEqual([
      'error allowed-base',
      'error pinned-by-digest',
      'error signature-verified',
      'warning waivers',
      'warning pinned-by-digest',
      'error allowed-base',
    ]);
    expect(run.columnKind).toBe('utf16CodeUnits');
    expect(run.automationDetails?.id).toBe('services/');
    expect(run.invocations[0].exitCode).toBe(1);
    const [coverage, ...notices] = run.invocations[0].toolExecutionNotifications;
    expect(coverage).toMatchObject({ level: 'warning', message: { text: expect.stringContaining('partly checked') } });
    expect(notices.map((one) => one.message.text)).toEqual(['The allowlist is not enforced.', 'files: Two were left.']);
  });

  test('an empty report is valid, and describes every rule', () => {
    const run = runOf(makeReport());
    expect(run.results).toEqual([]);
    expect(run.tool.driver.rules.map((rule) => rule.id)).toEqual([
      ...rules.map((rule) => rule.id),
      'waivers',
      'unverified',
      'locked',
    ]);
    for (const rule of run.tool.driver.rules) {
      expect(Number(rule.properties['security-severity'])).toBeGreaterThan(0);
      expect(rule.properties.tags).toContain('security');
      expect(rule.help.markdown).toContain('## What to do');
    }
  });

  test('a result has the place in UTF-16 columns, the fix, and fingerprints that lines do not move', () => {
    const at = (line: number) => {
      const use = makeUse('node:20', { line, file: 'a b/Dockerfile#1' });
      const report = makeReport({ uses: [use], answers: [makeAnswer({ use: use.id, fix: 'Pin it.' })] });
      return runOf(report).results[0];
    };
    const [result, moved] = [at(3), at(30)];
    expect(result?.message.text).toBe('No allow entry matches docker.io/library/node:20.\nFix: Pin it.');
    expect(result?.locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: 'a%20b/Dockerfile%231', uriBaseId: '%SRCROOT%' },
      region: { startLine: 3, startColumn: 6, endLine: 3, endColumn: 13 },
    });
    expect(result?.partialFingerprints).toEqual(moved?.partialFingerprints);
    expect(Object.keys(result?.partialFingerprints ?? {})).toEqual(['baseImageGate/v1', 'primaryLocationLineHash']);
  });

  test('every result points at the description of its rule, that of unknown rules too', () => {
    const report = makeReport({
      uses: [node],
      answers: [makeAnswer({ use: node.id }), makeAnswer({ use: node.id, rule: 'from-elsewhere' })],
    });
    const run = runOf(report);
    expect(run.results.map((one) => run.tool.driver.rules[one.ruleIndex]?.id)).toEqual([
      'allowed-base',
      'from-elsewhere',
    ]);
  });

  test('what a waiver covers is suppressed, with its reason', () => {
    const report = makeReport({
      uses: [node],
      answers: [makeAnswer({ use: node.id, waiver: 0 })],
      waivers: [makeWaiver()],
    });
    expect(runOf(report).results[0]?.suppressions).toEqual([
      {
        kind: 'external',
        status: 'accepted',
        justification: 'the replacement is tested this month (@acme/platform, until 2027-01-31)',
      },
    ]);
  });

  test('what a waiver covers is left out where the reader would show it as open', () => {
    const other = makeUse('alpine:3');
    const report = makeReport({
      uses: [node, other],
      answers: [makeAnswer({ use: node.id, waiver: 0 }), makeAnswer({ use: other.id })],
      waivers: [makeWaiver()],
    });
    expect(runOf(report, { withoutWaived: true }).results.map(({ suppressions }) => suppressions)).toEqual([undefined]);
    expect(runOf(report).results).toHaveLength(2);
  });

  test('text of others makes no link and no placeholder', () => {
    const reason = 'see [here](https://evil.example) {0} `x`';
    const report = makeReport({ uses: [node], answers: [makeAnswer({ use: node.id, message: reason })] });
    expect(runOf(report).results[0]?.message.text).toBe("see \\[here\\](https://evil.example) {{0}} 'x'");
  });

  test('whatever the text and path, the log is valid', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 });
    fc.assert(
      fc.property(text, text, text, (file, reason, fix) => {
        const use = makeUse('node:20', { file });
        const waivers = [makeWaiver({ reason, owner: fix })];
        const answers = [
          makeAnswer({ use: use.id, message: reason, fix, details: [fix] }),
          makeAnswer({ use: use.id, waiver: 0 }),
        ];
        expect(runOf(makeReport({ uses: [use], answers, waivers })).results).toHaveLength(2);
      }),
      { numRuns: 20 },
    );
  });

  describe('limits', () => {
    const uses = Array.from({ length: 60 }, (_, index) => makeUse('node:20', { line: index + 1 }));
    const report = makeReport({
      uses,
      answers: uses.map((use, index) =>
        makeAnswer({
          use: use.id,
          level: index < 20 ? 'warning' : 'error',
          details: [Array.from({ length: 40 }, (_, i) => Math.sin(index * 50 + i).toString(36)).join(' ')],
        }),
      ),
    });

    test('the least severe results are dropped first, and it says how many', () => {
      const run = runOf(report, { limits: { results: 30, tags: 20, bytes: 10_000_000 } });
      expect(run.results.map((one) => one.level)).toEqual(Array(30).fill('error'));
      expect(run.invocations[0].toolExecutionNotifications[1]?.message.text).toMatch(/^30 of the least severe/);
    });

    test('details go before results do, and the file fits when gzipped', () => {
      const fitting = (bytes: number) => {
        const limits = { results: 25_000, tags: 20, bytes };
        const length = gzipSync(checkSarif(report, { rules, limits })).length;
        return { length, fits: length <= bytes, results: runOf(report, { limits }).results };
      };
      const whole = fitting(10_000_000);
      const withoutDetails = fitting(whole.length - 1);
      const few = fitting(withoutDetails.length - 1);
      expect([whole.fits, withoutDetails.fits, few.fits]).toEqual([true, true, true]);
      expect(whole.results[0]?.message.text).toContain('\n- ');
      expect(withoutDetails.results).toHaveLength(60);
      expect(withoutDetails.results[0]?.message.text).not.toContain('\n- ');
      expect(few.results.length).toBeGreaterThan(0);
      expect(few.results.length).toBeLessThan(60);
      expect(few.results.every((one) => one.level === 'error')).toBe(true);
    });

    test('a rule has no more tags than are kept', () => {
      const [rule] = rules;
      const controls = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`AC-${index}`, 'Why.']));
      const described = rule === undefined ? [] : [{ ...rule, controls }];
      expect(runOf(makeReport(), { rules: described }).tool.driver.rules[0]?.properties.tags).toHaveLength(20);
    });
  });
});
