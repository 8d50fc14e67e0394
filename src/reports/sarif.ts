import { gzipSync } from 'node:zlib';
import type { Invocation, Log, Region, ReportingDescriptor, Result } from 'sarif';
import { exitCodeOf } from '../gate/verdict.js';
import { optionalField } from '../lib/collections.js';
import { jsonText } from '../lib/escape/json.js';
import { urlPath } from '../lib/escape/markdown.js';
import { cut, visible, visibleLines } from '../lib/escape/visible.js';
import { nistControls } from '../rules/rule.js';
import type { Finding, Report } from './report.js';
import { LOCKED_RULE, type ReportedRule, UNVERIFIED_RULE, WAIVERS_RULE } from './rule-description.js';
import { isComplete, verdictReason } from './tally.js';

export interface SarifOptions {
  readonly rules: readonly ReportedRule[];
  /** Shows several analyzes of one commit apart. */
  readonly category?: string;
  readonly repositoryUrl?: string;
  readonly commit?: string;
  /** The directory of the rules' pages. */
  readonly rulesUrl?: string;
  /** What a waiver covers is left out, for readers that take a suppressed result for an open one. */
  readonly withoutWaived?: boolean;
  readonly limits?: SarifLimits;
}

interface SarifLimits {
  readonly results: number;
  readonly tags: number;
  /** Of the gzipped file. */
  readonly bytes: number;
}

/** @see https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit */
const SARIF_LIMITS: SarifLimits = { results: 25_000, tags: 20, bytes: 10_000_000 };

const MAX_MESSAGE = 4000;
const MAX_DETAILS = 50;

/**
 * The report as SARIF 2.1.0, with a line end. Notes are left out; what a waiver covers is a suppressed result, unless
 * `withoutWaived` leaves it out.
 *
 * Where it is too long, this is dropped, in this order: details of results, then results from the least severe end
 * (suppressed ones first, then warnings, then errors), until it is within the limits. A notification says how many.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * @see https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
 */
export function checkSarif(report: Report, options: SarifOptions): string {
  const limits = options.limits ?? SARIF_LIMITS;
  const reported = report.findings.filter(
    ({ level, waiver }) => level !== 'note' && (waiver === undefined || options.withoutWaived !== true),
  );
  let kept = reported.slice(0, limits.results);
  let text = sarifText(report, kept, reported.length - kept.length, options, true);
  if (fits(text, limits)) return text;
  text = sarifText(report, kept, reported.length - kept.length, options, false);
  while (!fits(text, limits) && kept.length > 0) {
    kept = kept.slice(0, Math.floor(kept.length / 2));
    text = sarifText(report, kept, reported.length - kept.length, options, false);
  }
  return text;
}

/** Gzip adds at most a few bytes to what it can't compress, so that a short text needs no trying. */
function fits(text: string, limits: SarifLimits): boolean {
  return Buffer.byteLength(text) + 1024 <= limits.bytes || gzipSync(text).length <= limits.bytes;
}

function sarifText(
  report: Report,
  findings: readonly Finding[],
  dropped: number,
  options: SarifOptions,
  details: boolean,
): string {
  const rules = rulesFor(findings, options.rules);
  const indices = new Map(rules.map((rule, index) => [rule.id, index]));
  const log: Log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'base-image-gate',
            semanticVersion: report.tool.version,
            rules: rules.map((rule) => descriptor(rule, options)),
          },
        },
        ...(options.category === undefined ? {} : { automationDetails: { id: `${options.category}/` } }),
        invocations: [invocation(report, dropped)],
        ...(options.repositoryUrl === undefined
          ? {}
          : {
              versionControlProvenance: [
                {
                  repositoryUri: options.repositoryUrl,
                  ...optionalField('revisionId', options.commit),
                },
              ],
            }),
        originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository.' } } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => result(report, finding, indices.get(finding.rule) ?? 0, details)),
      },
    ],
  };
  return jsonText(log, 1);
}

/** Every rule given, and those of waivers and of images not evaluated; a finding of yet another id gets a plain description. */
function rulesFor(findings: readonly Finding[], rules: readonly ReportedRule[]): readonly ReportedRule[] {
  const known = new Map([...rules, WAIVERS_RULE, UNVERIFIED_RULE, LOCKED_RULE].map((rule) => [rule.id, rule]));
  for (const { rule: id } of findings) {
    if (known.has(id)) continue;
    known.set(id, { id, title: id, question: id, why: id, fix: '', controls: {}, securitySeverity: 5 });
  }
  return [...known.values()];
}

function descriptor(rule: ReportedRule, options: SarifOptions): ReportingDescriptor {
  const { tags } = options.limits ?? SARIF_LIMITS;
  const markdown = [`**${rule.question}**`, rule.why, ...(rule.fix === '' ? [] : ['## What to do', rule.fix])].join(
    '\n\n',
  );
  return {
    id: rule.id,
    name: rule.id.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.question },
    help: { text: `${rule.question}\n\n${rule.why}\n\n${rule.fix}`.trim(), markdown },
    ...(options.rulesUrl === undefined ? {} : { helpUri: `${options.rulesUrl}/${urlPath(rule.id)}.md` }),
    defaultConfiguration: { level: 'error' },
    properties: {
      'security-severity': rule.securitySeverity.toFixed(1),
      precision: 'very-high',
      tags: ['security', 'container', ...nistControls(rule).map((control) => `nist-800-53/${control}`)].slice(0, tags),
    },
  };
}

function result(report: Report, finding: Finding, ruleIndex: number, details: boolean): Result {
  const waiver = finding.waiver === undefined ? undefined : report.waivers[finding.waiver];
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: finding.level,
    message: { text: message(finding, details) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: urlPath(finding.location.file), uriBaseId: '%SRCROOT%' },
          region: region(finding),
        },
      },
    ],
    partialFingerprints: {
      'baseImageGate/v1': finding.fingerprint,
      // What code scanning compares across commits; without one, it computes one from the line's text.
      primaryLocationLineHash: finding.fingerprint,
    },
    ...(waiver === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: visible(`${waiver.reason} (${waiver.owner}, until ${waiver.expires})`),
            },
          ],
        }),
    properties: {
      outcome: finding.outcome,
      ...(finding.platforms === undefined ? {} : { platforms: finding.platforms.map(visible) }),
      ...(finding.inherited === true ? { inherited: true } : {}),
      ...(finding.heldBack === true ? { heldBack: true } : {}),
      ...optionalField('enforceFrom', finding.enforceFrom),
    },
  };
}

/** SARIF wants an end behind the start; a range without extent is one character long. */
function region(finding: Finding): Region {
  const { line, column, endLine, endColumn } = finding.location;
  const empty = endLine === line && endColumn <= column;
  return { startLine: line, startColumn: column, endLine, endColumn: empty ? column + 1 : endColumn };
}

function message(finding: Finding, details: boolean): string {
  const undecided = finding.outcome === 'indeterminate' ? 'Could not be answered: ' : '';
  const lines = [
    `${undecided}${visible(finding.message)}`,
    ...(finding.fix === undefined ? [] : [`Fix: ${visibleLines(finding.fix)}`]),
    ...(details ? (finding.details ?? []).slice(0, MAX_DETAILS).map((detail) => `- ${visible(detail)}`) : []),
  ];
  return plainMessage(cut(lines.join('\n'), MAX_MESSAGE));
}

/**
 * Text that a viewer can't take for an embedded link (section 3.11.6) or a placeholder (3.11.5). Backquotes are single
 * quotes here: code scanning drops them, and then shows backslashes before the signs they enclosed.
 *
 * @see https://github.com/oasis-tcs/sarif-spec/pull/768 brackets
 * @see https://github.com/github/codeql/issues/14128 backquotes
 */
function plainMessage(text: string): string {
  const brackets = text.includes('](') ? text.replace(/[[\]]/g, '\\$&') : text;
  return brackets.replaceAll('`', "'").replace(/\{(\d+)\}/g, '{{$1}}');
}

function invocation(report: Report, dropped: number): Invocation {
  const notes = [
    // Results alone would not show what was not evaluated.
    `${report.verdict}: ${verdictReason(report)}`,
    ...report.notices,
    ...report.limits.map((limit) => `${limit.name}: ${limit.message}`),
    ...(dropped > 0 ? [`${dropped} of the least severe results did not fit and were left out.`] : []),
  ];
  return {
    executionSuccessful: true,
    exitCode: exitCodeOf(report.verdict),
    toolExecutionNotifications: notes.map((text, index) => ({
      level: index === 0 && isComplete(report) ? 'note' : 'warning',
      message: { text: plainMessage(cut(visible(text), MAX_MESSAGE)) },
    })),
  };
}
