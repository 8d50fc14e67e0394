import type { SourceRange } from '../build-files/image-use.js';
import { optionalField } from '../lib/collections.js';
import { jsonText } from '../lib/escape/json.js';
import type { EvaluatedWaiver } from '../policy/waivers.js';
import type { Answer } from '../rules/answer.js';
import type { CheckDocument } from './check-document.js';
import { evidenceDocument } from './evidence-document.js';
import { baseChangeDocument } from './image-diff-document.js';
import { fileDocument, useDocument } from './images.js';
import type { EvaluatedImage, Finding, Report } from './report.js';

/** Names the shape of the document; a change that breaks readers changes the number. */
const CHECK_SCHEMA = 'base-image-gate/check/v1';

/** The report as `check --format json` prints it: JSON with a line end, the same bytes for the same report. */
export function checkJson(report: Report): string {
  return jsonText(checkDocument(report), 2);
}

/** The report with exactly the fields of the contract; optional ones are left out. */
export function checkDocument(report: Report): CheckDocument {
  const { tool, policy } = report;
  return {
    schema: CHECK_SCHEMA,
    tool: {
      version: tool.version,
      catalog: tool.catalog,
      ...optionalField('trustedRoot', tool.trustedRoot),
      feeds: tool.feeds.map(({ name, date }) => ({ name, date })),
    },
    verdict: report.verdict,
    policy: {
      source: policy.source.name,
      ...optionalField('commit', policy.source.commit),
      profile: policy.profile,
      allowlistEnforced: policy.allowlistEnforced,
      ...(policy.source.extends.length === 0
        ? {}
        : {
            extends: policy.source.extends.map(({ name, commit }) => ({
              name,
              ...optionalField('commit', commit),
            })),
          }),
    },
    files: report.files.map(fileDocument),
    uses: report.uses.map(useDocument),
    images: report.images.map(imageDocument),
    ...(report.baseChanges === undefined ? {} : { baseChanges: report.baseChanges.map(baseChangeDocument) }),
    answers: report.answers.map(answerDocument),
    findings: report.findings.map(findingDocument),
    waivers: report.waivers.map(waiverDocument),
    limits: report.limits.map(({ name, message }) => ({ name, message })),
    notices: [...report.notices],
  };
}

function imageDocument(image: EvaluatedImage): CheckDocument['images'][number] {
  return {
    reference: image.reference,
    digest: image.digest,
    ...optionalField('publisher', image.publisher),
    platforms: image.platforms.map(({ platform, manifest, config }) => ({ platform, manifest, config })),
    evidence: evidenceDocument(image.evidence),
  };
}

function answerDocument(answer: Answer): CheckDocument['answers'][number] {
  return {
    rule: answer.rule,
    ...optionalField('aspect', answer.aspect),
    ...optionalField('use', answer.use),
    ...optionalField('file', answer.file),
    ...optionalField('image', answer.image),
    ...optionalField('platform', answer.platform),
    outcome: answer.outcome,
    level: answer.level,
    message: answer.message,
    ...optionalField('fix', answer.fix),
    ...(answer.details === undefined ? {} : { details: [...answer.details] }),
    ...(answer.vulnerabilities === undefined ? {} : { vulnerabilities: [...answer.vulnerabilities] }),
    ...(answer.at === undefined ? {} : { at: { file: answer.at.file, ...rangeDocument(answer.at) } }),
    ...optionalField('inherited', answer.inherited),
    ...optionalField('heldBack', answer.heldBack),
    ...optionalField('waiver', answer.waiver),
    ...(answer.accepts === undefined ? {} : { accepts: [...answer.accepts] }),
  };
}

function findingDocument(finding: Finding): CheckDocument['findings'][number] {
  return {
    rule: finding.rule,
    level: finding.level,
    outcome: finding.outcome,
    message: finding.message,
    ...optionalField('fix', finding.fix),
    ...(finding.details === undefined ? {} : { details: [...finding.details] }),
    ...optionalField('use', finding.use),
    ...(finding.platforms === undefined ? {} : { platforms: [...finding.platforms] }),
    file: finding.file,
    ...rangeDocument(finding),
    fingerprint: finding.fingerprint,
    ...optionalField('waiver', finding.waiver),
    ...optionalField('inherited', finding.inherited),
    ...optionalField('heldBack', finding.heldBack),
  };
}

function waiverDocument(waiver: EvaluatedWaiver): CheckDocument['waivers'][number] {
  const { rule, image, file, vulnerability, reason, owner, expires, covers, state, at } = waiver;
  return {
    rule,
    ...optionalField('image', image),
    ...optionalField('file', file),
    ...optionalField('vulnerability', vulnerability),
    reason,
    owner,
    expires,
    covers,
    state,
    ...(at === undefined ? {} : { at: { file: at.file, line: at.line, column: at.column } }),
  };
}

function rangeDocument(range: SourceRange) {
  return { line: range.line, column: range.column, endLine: range.endLine, endColumn: range.endColumn };
}
