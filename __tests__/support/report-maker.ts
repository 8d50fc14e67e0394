import type { BuildFile, ImageUse } from '../../src/build-files/image-use.js';
import type { EvaluatedWaiver } from '../../src/policy/waivers.js';
import { parseReference } from '../../src/references/reference.js';
import { findingsOf } from '../../src/reports/findings.js';
import type { Finding, Report } from '../../src/reports/report.js';
import type { Answer } from '../../src/rules/answer.js';

export const DIGEST = `sha256:${'ab12'.repeat(16)}`;

/** A use of `written` at line 3 of `Dockerfile`, as `FROM written`, with whatever else is given. */
export function makeUse(written: string, given: Partial<ImageUse> = {}): ImageUse {
  const parsed = parseReference(given.expanded ?? written);
  const file = given.file ?? 'Dockerfile';
  const line = given.line ?? 3;
  const column = given.column ?? 6;
  return {
    id: `${file}:${line}:${column}`,
    file,
    line,
    column,
    endLine: line,
    endColumn: column + written.length,
    instruction: 'FROM',
    stage: { index: 0, name: null },
    role: 'final',
    reachable: true,
    platform: null,
    targetPlatforms: ['linux/amd64'],
    written,
    expanded: written,
    reference: parsed.ok ? parsed.value : null,
    overridable: [],
    ...(parsed.ok ? {} : { unresolved: parsed.error.reason }),
    ...given,
  };
}

/** An error-level failure of allowed-base, with whatever else is given. */
export function makeAnswer(given: Partial<Answer> = {}): Answer {
  return {
    rule: 'allowed-base',
    outcome: 'fail',
    level: 'error',
    message: 'No allow entry matches docker.io/library/node:20.',
    ...given,
  };
}

/** A whole report whose files and findings follow from the uses and answers given. */
export function makeReport(given: Partial<Report> = {}): Report {
  const uses = given.uses ?? [];
  const answers = given.answers ?? [];
  const waivers = given.waivers ?? [];
  const policy = given.policy ?? {
    source: { name: '.github/base-image-gate.yml', path: '.github/base-image-gate.yml', extends: [] },
    profile: 'hardened',
    allowlistEnforced: true,
  };
  const files = [...new Set(uses.map((use) => use.file))].map((path): BuildFile => ({ path, status: 'read' }));
  const findings = findingsOf({ answers, uses, waivers, policy });
  const errors = findings.filter((finding) => finding.level === 'error' && finding.waiver === undefined);
  return {
    tool: { version: '1.2.3', catalog: '2026-11-01', feeds: [{ name: 'KEV', date: '2026-11-20' }] },
    verdict: errors.some((finding) => finding.outcome === 'fail')
      ? 'fail'
      : errors.length > 0
        ? 'indeterminate'
        : 'pass',
    policy,
    files,
    stages: [],
    uses,
    images: [],
    answers,
    findings,
    waivers,
    limits: [],
    notices: [],
    ...given,
  };
}

export function makeWaiver(given: Partial<EvaluatedWaiver> = {}): EvaluatedWaiver {
  return {
    rule: 'allowed-base',
    reason: 'the replacement is tested this month',
    owner: '@acme/platform',
    expires: '2027-01-31',
    covers: 'fail',
    state: 'used',
    ...given,
  };
}

/** An image whose registry did not answer, as the first line of `Dockerfile` is told of it. */
export const NO_ANSWER: Finding = {
  rule: 'signature-verified',
  level: 'error',
  outcome: 'indeterminate',
  message: 'registry.example did not answer.',
  fix: 'Try again.',
  file: 'Dockerfile',
  line: 1,
  column: 6,
  endLine: 1,
  endColumn: 12,
  fingerprint: 'a',
};
