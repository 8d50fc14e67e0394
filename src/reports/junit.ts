import { groupBy } from '../lib/collections.js';
import { xmlTag, xmlText } from '../lib/escape/xml.js';
import type { Answer } from '../rules/answer.js';
import type { Finding, Report } from './report.js';
import { verdictReason } from './tally.js';

/** One rule at one place, or the verdict: what a test is in other reports. */
export interface TestCase {
  readonly name: string;
  readonly state: 'passed' | 'failure' | 'error' | 'skipped';
  readonly message: string;
  readonly text: string;
}

type Stated = Pick<Answer, 'rule' | 'outcome' | 'level' | 'message' | 'fix' | 'location' | 'waiver' | 'use'> & {
  readonly details?: readonly string[];
};

/**
 * The report as JUnit XML, in pieces, with a line end: a suite for each file with a case for each rule of level error at
 * each reference, and a suite with the verdict. `fail` is a failure, `indeterminate` an error, a waived finding skipped.
 * Warnings pass, and are written to the suite's output. `now` is when it was written.
 *
 * Valid by the schema of Ant's JUnitReport and by that of Jenkins' xUnit plugin, which agree on no more than this.
 *
 * @see https://github.com/windyroad/JUnit-Schema/blob/master/JUnit.xsd
 * @see https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
 */
export function* junit(report: Report, now: Date): Generator<string> {
  // The schema of Ant has no place for a zone.
  const timestamp = now.toISOString().slice(0, 19);
  const properties = { verdict: report.verdict, profile: report.policy.profile, policy: report.policy.source.name };
  const written = new Map(report.uses.map(({ id, written }) => [id, written]));
  const stated = [...report.answers.filter(isEvaluated), ...ofNoRule(report)];
  const warnings = report.findings.filter(({ level, waiver }) => level === 'warning' && waiver === undefined);
  const byFile = groupBy(stated, ({ location }) => location.file);
  const warningsByFile = groupBy(warnings, ({ location }) => location.file);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n';
  const output = [`${report.verdict}: ${verdictReason(report)}`, ...report.notices];
  yield suite({ name: 'base-image-gate', id: 0, timestamp, output }, properties, [verdictCase(report)]);
  let id = 1;
  for (const file of new Set([...byFile.keys(), ...warningsByFile.keys()])) {
    const output = (warningsByFile.get(file) ?? []).map(
      ({ rule, message, location }) => `warning: ${file}:${location.line}: ${rule}: ${message}`,
    );
    yield suite({ name: file, id: id++, timestamp, output }, properties, casesOf(byFile.get(file) ?? [], written));
  }
  yield '</testsuites>\n';
}

/** One suite of cases as JUnit XML, with a line end; `now` is when it was written. */
export function junitCases(name: string, cases: readonly TestCase[], now: Date): string {
  const head = { name, id: 0, timestamp: now.toISOString().slice(0, 19), output: [] };
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suite(head, {}, cases)}</testsuites>\n`;
}

/** An answer that decides the verdict, or did: what a waiver covers is not shown again. */
function isEvaluated({ level, outcome }: Answer): boolean {
  return level === 'error' && outcome !== 'skipped' && outcome !== 'not-applicable';
}

/** Findings that no rule answered, such as those about the policy's file. */
function ofNoRule({ findings, answers }: Report): readonly Finding[] {
  const answered = new Set(answers.map(({ rule }) => rule));
  return findings.filter(({ rule, level }) => level === 'error' && !answered.has(rule));
}

const RANK = { pass: 0, 'not-applicable': 0, skipped: 0, indeterminate: 1, fail: 2 } as const;

/** A case for each rule and reference: the worst of what was answered on its platforms. */
function casesOf(stated: readonly Stated[], written: ReadonlyMap<string, string>): readonly TestCase[] {
  const groups = groupBy(stated, ({ rule, use, location }) =>
    JSON.stringify([rule, use ?? [location.line, location.column]]),
  );
  const names = new Map<string, number>();
  return [...groups.values()].map((answers) => {
    const counting = answers.filter(({ waiver }) => waiver === undefined);
    const [first, ...others] = counting.length === 0 ? answers : counting;
    const worst = others.reduce((a, b) => (RANK[b.outcome] > RANK[a.outcome] ? b : a), first ?? answers[0]);
    const name = [worst.rule, worst.use === undefined ? '' : (written.get(worst.use) ?? '')].filter(Boolean).join(': ');
    const count = (names.get(name) ?? 0) + 1;
    names.set(name, count);
    return testCase(count === 1 ? name : `${name} (${count})`, worst, counting.length === 0);
  });
}

function testCase(name: string, answer: Stated, waived: boolean): TestCase {
  const { file, line, column } = answer.location;
  const text = [
    answer.message,
    ...(answer.fix === undefined ? [] : [`Fix: ${answer.fix}`]),
    ...(answer.details ?? []).map((detail) => `- ${detail}`),
    `${file}:${line}:${column}`,
  ];
  const state =
    answer.outcome === 'pass' ? 'passed' : waived ? 'skipped' : answer.outcome === 'fail' ? 'failure' : 'error';
  return { name, state, message: answer.message, text: text.join('\n') };
}

/** Shows the verdict of the gate, and what decided it, to readers of only this report. */
function verdictCase(report: Report): TestCase {
  const state = ({ pass: 'passed', fail: 'failure', indeterminate: 'error' } as const)[report.verdict];
  const message = verdictReason(report);
  return { name: 'verdict', state, message, text: `${report.verdict}: ${message}` };
}

interface SuiteHead {
  readonly name: string;
  readonly id: number;
  readonly timestamp: string;
  readonly output: readonly string[];
}

function suite(
  { name, id, timestamp, output }: SuiteHead,
  properties: Readonly<Record<string, string>>,
  cases: readonly TestCase[],
): string {
  const count = (state: TestCase['state']) => cases.filter((one) => one.state === state).length;
  const attributes = {
    name,
    package: 'base-image-gate',
    id,
    timestamp,
    hostname: 'localhost',
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: '0',
  };
  return [
    xmlTag('testsuite', attributes),
    '<properties>',
    ...Object.entries(properties).map(([key, value]) => xmlTag('property', { name: key, value }, { empty: true })),
    '</properties>',
    ...cases.map((one) => caseElement(one, name)),
    `<system-out>${xmlText(output.join('\n'))}</system-out>`,
    '<system-err></system-err>',
    '</testsuite>\n',
  ].join('\n');
}

function caseElement({ name, state, message, text }: TestCase, file: string): string {
  const attributes = { name, classname: file, time: '0' };
  if (state === 'passed') return xmlTag('testcase', attributes, { empty: true });
  const inner =
    state === 'skipped'
      ? xmlTag('skipped', { message: `waived: ${message}` }, { empty: true })
      : `${xmlTag(state, { message, type: state === 'failure' ? 'fail' : 'indeterminate' })}${xmlText(text)}</${state}>`;
  return `${xmlTag('testcase', attributes)}${inner}</testcase>`;
}
