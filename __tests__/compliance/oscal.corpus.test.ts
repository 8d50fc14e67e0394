import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { evidence } from '../../src/cli/evidence.js';
import { complianceEvidence } from '../../src/compliance/evidence.js';
import { renderEvidence } from '../../src/compliance/render-evidence.js';
import { runCommand } from '../support/process/run-command.js';
import { makeReport, makeWaiver } from '../support/report-maker.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

const SCHEMA = 'oscal/oscal_assessment-results_schema.trestle.json';
const EXAMPLE = fileURLToPath(new URL('../../examples/storefront', import.meta.url));

const runs = new Map<string, Promise<string>>();

/** The evidence of the example's first run for a framework. */
function storefront(framework: string): Promise<string> {
  const run = runs.get(framework) ?? evaluateStorefront(framework);
  runs.set(framework, run);
  return run;
}

async function evaluateStorefront(framework: string): Promise<string> {
  const args = ['--offline', '--framework', framework, '--format', 'oscal'];
  const { code, stdout } = await runCommand(evidence, EXAMPLE, EXAMPLE, ...args);
  expect(code).toBe(1);
  return stdout;
}

describeWithSharedData(SCHEMA, 'OSCAL assessment results', () => {
  let validate: ValidateFunction;
  beforeAll(() => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    validate = ajv.compile(JSON.parse(readFileSync(sharedData(SCHEMA), 'utf8')));
  });

  function problemsOf(text: string): readonly string[] {
    validate(JSON.parse(text));
    return (validate.errors ?? []).slice(0, 10).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  test('the schema shows good from bad', () => {
    expect(problemsOf(readFileSync(sharedData('oscal/minimal-assessment-results.json'), 'utf8'))).toEqual([]);
    expect(problemsOf('{"assessment-results":{}}')).not.toEqual([]);
  });

  test.each(['nist-800-53', 'fedramp', 'govramp'])('of the example, for %s, are valid', async (framework) => {
    expect(problemsOf(await storefront(framework))).toEqual([]);
  });

  test('of nothing, and of hostile texts, are valid', async () => {
    const now = new Date('2026-11-21T12:00:00Z');
    const HERE = { file: 'Dockerfile', line: 1, column: 1, endLine: 1, endColumn: 1 };
    const answer = { rule: 'distroless', outcome: 'fail', level: 'error' } as const;
    const hostile = makeReport({
      answers: [
        { ...answer, location: { ...HERE, file: ' \n\u001b[31m' }, message: ' \n ' },
        { ...answer, message: '\ud800 ##[error]', vulnerabilities: ['  '] },
        { ...answer, rule: 'no-known-vulnerabilities', vulnerabilities: ['\n'], accepts: [0, 1, 7], waiver: 0 },
      ].map((one) => ({ message: ' ', location: HERE, ...one })),
      waivers: [
        { ...makeWaiver({ owner: '\n', reason: ' \u0007 ', file: '**\n' }), state: 'used' },
        { ...makeWaiver({ vulnerability: ' ' }), state: 'used' },
      ],
    });
    for (const report of [makeReport(), hostile]) {
      expect(
        problemsOf(
          await renderEvidence(
            complianceEvidence(report, 'fedramp', { collected: now, evaluated: 'acme/shop at c0ffee' }),
            'oscal',
          ),
        ),
      ).toEqual([]);
    }
  });

  test('of two runs differ in nothing but the time', async () => {
    const [first, second] = [await storefront('fedramp'), await evaluateStorefront('fedramp')];
    const collected: unknown = JSON.parse(first)['assessment-results'].metadata['last-modified'];
    const later: unknown = JSON.parse(second)['assessment-results'].metadata['last-modified'];
    expect(second.replaceAll(String(later), String(collected))).toBe(first);
  });

  test('name digests as subjects, and claim nothing to be satisfied', async () => {
    const text = await storefront('nist-800-53');
    const [result] = JSON.parse(text)['assessment-results'].results;
    expect(result).not.toHaveProperty('findings');
    expect(text).not.toContain('"satisfied"');
    const items: { uuid: string; props: { name: string; value: string }[] }[] =
      result['local-definitions']['inventory-items'];
    const digests = items.flatMap(({ props }) => props.filter(({ name }) => name === 'digest'));
    expect(digests.length).toBeGreaterThanOrEqual(5);
    const known = new Set(items.map(({ uuid }) => uuid));
    for (const { subjects } of result.observations) expect(known.has(subjects[0]['subject-uuid'])).toBe(true);
  });
});
