import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadCatalog } from '../catalog/catalog.js';
import { type CaseResult, evaluateCase } from '../gate/evaluate-case.js';
import { codeOf, messageOf } from '../lib/caught.js';
import { optionalField } from '../lib/collections.js';
import { jsonText } from '../lib/escape/json.js';
import { terminal } from '../lib/escape/visible.js';
import { err, ok, type Result } from '../lib/result.js';
import { plural } from '../lib/text.js';
import { type PolicyCase, readCases } from '../policy/cases.js';
import type { Policy } from '../policy/policy.js';
import { formatProblem } from '../policy/problem.js';
import { parseReference } from '../references/reference.js';
import { junitCases, type TestCase } from '../reports/junit.js';
import { type Paint, paint } from '../reports/text/paint.js';
import { rules } from '../rules/index.js';
import type { Command, CommandIo } from './command.js';
import { defineCommand } from './define-command.js';
import { POLICY_TEST } from './definitions.js';
import { refuseExtended } from './extended-policy.js';
import { type Refusal, refuse } from './refusal.js';
import { loadWorkingTreePolicy } from './working-tree-policy.js';
import { writeOutput } from './write-output.js';

/** Where cases are looked for, unless a file is named. */
const CASES_PATH = '.github/base-image-gate.test.yml';

/** A case that was run: what differs from what it expects, a line each; nothing where all is as expected. */
interface RunCase extends CaseResult {
  readonly name: string;
  readonly expect: PolicyCase['expect'];
  readonly differences: readonly string[];
}

/** `policy test [FILE]`. */
export const policyTest: Command = defineCommand(POLICY_TEST, async ({ values, positionals, io }) => {
  const ran = await runCases(positionals[0] ?? CASES_PATH, values, io);
  if (!ran.ok) return refuse('policy test', ran.error, io);
  const failed = ran.value.filter(({ differences }) => differences.length > 0);
  const color = io.color && values.output === undefined;
  const text = {
    text: () => caseText(ran.value, paint(color)),
    json: () => jsonText({ schema: 'base-image-gate/policy-test/v1', cases: ran.value.map(documentOf) }, 2),
    junit: () => junitCases('policy test', ran.value.map(testCaseOf), new Date()),
  }[values.format]();
  if (!(await writeOutput(text, values.output, io))) return 2;
  return failed.length > 0 ? 1 : 0;
});

async function runCases(
  file: string,
  values: { readonly policy?: string | undefined; readonly offline?: boolean | undefined },
  io: CommandIo,
): Promise<Result<readonly RunCase[], Refusal>> {
  const source = await readFile(resolve(io.cwd, file)).catch((error: unknown) =>
    codeOf(error) === 'ENOENT' ? 'there is no such file' : messageOf(error),
  );
  if (typeof source === 'string') {
    const message = `The cases ${file} can't be read: ${source}. Write cases to ${CASES_PATH}, or name their file.`;
    return err({ kind: 'directory', message });
  }
  const cases = readCases(file, source, rules);
  if (!cases.ok) return err({ kind: 'policy', message: cases.error.map((one) => `${formatProblem(one)}\n`).join('') });
  const catalog = loadCatalog();
  const policies = new Map<string, Policy>();
  const ran: RunCase[] = [];
  for (const one of cases.value) {
    const reference = parseReference(one.image);
    if (!reference.ok) {
      const message = `The image "${one.image}" of the case "${one.name}" is not an image reference because ${reference.error.reason}.`;
      return err({ kind: 'directory', message });
    }
    const now = one.on === undefined ? new Date() : new Date(`${one.on}T12:00:00Z`);
    const day = one.on ?? '';
    const known = policies.get(day);
    // Its warnings are the same on each day.
    const quiet = policies.size === 0 ? io : { ...io, stderr: () => undefined };
    const policy = known === undefined ? await policyOn(now, values, { catalog, io: quiet }) : ok(known);
    if (!policy.ok) return policy;
    policies.set(day, policy.value);
    const result = await evaluateCase(one, reference.value, { policy: policy.value, catalog, now });
    ran.push({ ...result, name: one.name, expect: one.expect, differences: differencesOf(one, result) });
  }
  return ok(ran);
}

async function policyOn(
  now: Date,
  values: { readonly policy?: string | undefined; readonly offline?: boolean | undefined },
  { catalog, io }: { readonly catalog: ReturnType<typeof loadCatalog>; readonly io: CommandIo },
): Promise<Result<Policy, Refusal>> {
  const request = {
    catalog,
    now,
    ...(values.offline === true ? { resolveExtends: refuseExtended } : {}),
    ...optionalField('file', values.policy),
  };
  const policy = await loadWorkingTreePolicy(io.cwd, request, io);
  return policy.ok ? policy : err({ kind: 'policy', message: policy.error });
}

/** What is not as expected: the verdict with the answers that decide it, and outcomes of single rules. */
function differencesOf({ expect, rules: expected = {} }: PolicyCase, { verdict, answers }: CaseResult): string[] {
  const deciding = answers.filter(
    ({ level, outcome, waiver }) =>
      level === 'error' && waiver === undefined && (outcome === 'fail' || outcome === 'indeterminate'),
  );
  const ofVerdict =
    verdict === expect
      ? []
      : [
          `expected ${expect}, is ${verdict}`,
          ...deciding.map(({ rule, outcome, message }) => `${rule} is ${outcome}: ${message}`),
        ];
  const ofRules = Object.entries(expected).flatMap(([rule, outcome]) => {
    const seen = answers.filter((answer) => answer.rule === rule);
    if (seen.some((answer) => answer.outcome === outcome)) return [];
    const is = seen.map((answer) => `${answer.outcome}: ${answer.message}`);
    return [`${rule} expected ${outcome}, is ${is.length === 0 ? 'off' : is.join(' ')}`];
  });
  return [...ofVerdict, ...ofRules];
}

function caseText(cases: readonly RunCase[], { green, red, dim }: Paint): string {
  const failed = cases.filter(({ differences }) => differences.length > 0).length;
  const lines = cases.flatMap(({ name, expect, differences }) =>
    differences.length === 0
      ? [`${green('ok')}    ${terminal(name)} ${dim(`(${expect})`)}`]
      : [`${red('FAIL')}  ${terminal(name)}`, ...differences.map((line) => `      ${terminal(line)}`)],
  );
  const tally = `${plural(cases.length, 'case')}, ${failed === 0 ? 'all as expected' : `${failed} not as expected`}`;
  return `${[...lines, '', tally].join('\n')}\n`;
}

function documentOf({ name, expect, verdict, differences, answers }: RunCase): object {
  return {
    name,
    expect,
    verdict,
    differences,
    answers: answers.map(({ rule, outcome, level, message, waiver }) => ({
      rule,
      outcome,
      level,
      message,
      ...(waiver === undefined ? {} : { waived: true }),
    })),
  };
}

function testCaseOf({ name, differences }: RunCase): TestCase {
  const [message = ''] = differences;
  return {
    name,
    state: differences.length === 0 ? 'passed' : 'failure',
    message,
    text: differences.join('\n'),
  };
}
