import { definitionsOf } from '../../src/build-files/definitions.js';
import { type BuildFile, type ImageUse, type Place, placeOf } from '../../src/build-files/image-use.js';
import { coverageOf } from '../../src/gate/coverage.js';
import type { EvaluatedWaiver } from '../../src/policy/waivers.js';
import { DEFAULT_PLATFORM } from '../../src/references/platform.js';
import { formatReference, parseReference } from '../../src/references/reference.js';
import { findingsOf } from '../../src/reports/findings.js';
import type { EvaluatedImage, Finding, Report } from '../../src/reports/report.js';
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
    targetPlatforms: [DEFAULT_PLATFORM],
    written,
    expanded: written,
    reference: parsed.ok ? parsed.value : null,
    overridable: [],
    ...(parsed.ok ? {} : { unresolved: parsed.error.reason }),
    ...given,
  };
}

/** Stands where an answer is given no place: `makeReport` gives it that of its use. */
const NO_PLACE: Place = { file: 'Dockerfile', line: 1, column: 1, endLine: 1, endColumn: 1 };

/** An error-level failure of allowed-base, with whatever else is given. */
export function makeAnswer(given: Partial<Answer> = {}): Answer {
  return {
    rule: 'allowed-base',
    outcome: 'fail',
    level: 'error',
    message: 'No allow entry matches docker.io/library/node:20.',
    location: NO_PLACE,
    ...given,
  };
}

/** The image of a reference on linux/amd64, resolved to `DIGEST`, with whatever else is given. */
export function makeImage(reference: string, given: Partial<EvaluatedImage> = {}): EvaluatedImage {
  const platform = given.platform ?? 'linux/amd64';
  return {
    id: `${reference} ${platform}`,
    reference,
    platform,
    resolved: { digest: DIGEST, manifest: DIGEST, config: DIGEST },
    evidence: {},
    ...given,
  };
}

/** The images that answers name and that were not given: their ids are their digests. */
function imagesOf(answers: readonly Answer[], uses: readonly ImageUse[], given: readonly EvaluatedImage[]) {
  const known = new Set(given.map(({ id }) => id));
  const images = new Map(given.map((image) => [image.id, image]));
  for (const { image: id, use: useId, platform = 'linux/amd64' } of answers) {
    const reference = uses.find((use) => use.id === useId)?.reference;
    if (id === undefined || known.has(id) || reference == null) continue;
    const resolved = { digest: id, manifest: id, config: id };
    images.set(id, makeImage(formatReference(reference), { id, platform, resolved }));
  }
  return [...images.values()];
}

/** A whole report whose files and findings follow from the uses and answers given. */
export function makeReport(given: Partial<Report> = {}): Report {
  const uses = given.uses ?? [];
  const placeOfUse = (answer: Answer): Place => {
    const use = uses.find(({ id }) => id === answer.use);
    return answer.location === NO_PLACE && use !== undefined ? placeOf(use) : answer.location;
  };
  const answers = (given.answers ?? []).map((answer) => ({ ...answer, location: placeOfUse(answer) }));
  const waivers = given.waivers ?? [];
  const policy = given.policy ?? {
    source: { name: '.github/base-image-gate.yml', path: '.github/base-image-gate.yml', extends: [] },
    profile: 'hardened',
    allowlistEnforced: true,
  };
  const files = [...new Set(uses.map((use) => use.file))].map((path): BuildFile => ({ path, status: 'read' }));
  const findings = findingsOf({ answers, uses, waivers, policy });
  const images = imagesOf(answers, uses, given.images ?? []);
  const errors = findings.filter((finding) => finding.level === 'error' && finding.waiver === undefined);
  return {
    tool: { version: '1.2.3', catalog: '2026-11-01', feeds: [{ name: 'KEV', date: '2026-11-20' }], snapshots: [] },
    verdict: errors.some((finding) => finding.outcome === 'fail')
      ? 'fail'
      : errors.length > 0
        ? 'indeterminate'
        : 'pass',
    policy,
    files,
    stages: [],
    uses,
    definitions: definitionsOf({ files, uses, unseen: [] }),
    coverage: coverageOf(uses, answers, images),
    findings,
    waivers,
    limits: [],
    notices: [],
    ...given,
    images,
    answers,
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

/** An image whose registry did not answer, as the first line of `Dockerfile` is reported of it. */
export const NO_ANSWER: Finding = {
  rule: 'signature-verified',
  level: 'error',
  outcome: 'indeterminate',
  message: 'registry.example did not answer.',
  fix: 'Try again.',
  location: { file: 'Dockerfile', line: 1, column: 6, endLine: 1, endColumn: 12 },
  fingerprint: 'a',
};
