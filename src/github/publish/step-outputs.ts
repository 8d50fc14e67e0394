import { appendFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as core from '@actions/core';
import { link, prose } from '../../lib/escape/markdown.js';
import { cut, terminalLines, visibleLines } from '../../lib/escape/visible.js';
import type { Result } from '../../lib/result.js';
import { digestOf } from '../../references/digest.js';
import { paragraphs } from '../../reports/markdown/stop.js';
import { SUMMARY_LIMIT } from '../../reports/markdown/summary.js';
import type { Report } from '../../reports/report.js';
import { verdictSign } from '../../reports/signs.js';
import { asides, tallyOf, verdictReason } from '../../reports/tally.js';
import type { Stop } from '../engine.js';
import { type RunnerEnvironment, runUrl } from '../event/environment.js';
import { logFindings } from './log-findings.js';
import type { Published, Shortfall } from './publish.js';
import type { Renderers } from './renderers.js';

/** Left free for messages about outputs that did not appear. */
const SUMMARY_RESERVE = 64 * 1024;
const MAX_LOG_TEXT = 4_096;

interface Step {
  readonly env: RunnerEnvironment;
  readonly summaryPath: string | undefined;
}

/** What a run is shown by. `evidence`: further files, by name, that are written next to the reports. */
interface Shown {
  readonly report: Report;
  readonly renderers: Renderers;
  readonly evidence: Readonly<Record<string, string>>;
  /** BuildKit's source policy, as JSON. */
  readonly sourcePolicy: string;
  /** Verification Summary predicates by file; null where the ref is not protected. */
  readonly summaries: Readonly<Record<string, string>> | null;
}

/**
 * Shows a report: in the step itself as annotations, log, files and outputs, then on GitHub, which may have to wait for its
 * limits, then in the job summary, which also says what did not appear.
 */
export async function showReport(
  step: Step,
  { report, renderers, evidence, sourcePolicy, summaries }: Shown,
  publish: () => Promise<Published>,
): Promise<void> {
  const { shown, left } = renderers.annotations(report);
  for (const { level, message, ...place } of shown) {
    if (level === 'error') core.error(message, place);
    else core.warning(message, place);
  }
  logFindings(report);
  const summary = renderers.summary(report, { annotationsLeft: left, limit: SUMMARY_LIMIT - SUMMARY_RESERVE });
  const problems: Shortfall[] = [];
  const reports = {
    'report.json': () => renderers.json(report),
    'report.sarif': () => renderers.sarif(report),
    'report.md': () => summary,
    'report.html': () => renderers.html(report),
    'source-policy.json': () => sourcePolicy,
  };
  const files = await writeReports(step.env, reports, { ...evidence, ...inDirectory(VSA, summaries ?? {}) });
  if (!files.ok) problems.push(files.shortfall);
  const count = (level: 'error' | 'warning') =>
    report.findings.filter((finding) => finding.level === level && finding.waiver === undefined).length;
  const [errors, warnings] = [count('error'), count('warning')];
  const { full, references } = report.coverage;
  const written = setOutputs({
    verdict: report.verdict,
    findings: String(errors + warnings),
    errors: String(errors),
    warnings: String(warnings),
    images: String(new Set(report.images.map(({ reference }) => reference)).size),
    coverage: `${full}/${references}`,
    'report-json': files.ok ? files.paths['report.json'] : '',
    'report-sarif': files.ok ? files.paths['report.sarif'] : '',
    'report-markdown': files.ok ? files.paths['report.md'] : '',
    'report-html': files.ok ? files.paths['report.html'] : '',
    'source-policy': files.ok ? files.paths['source-policy.json'] : '',
    vsa: files.ok && summaries !== null ? join(dirname(files.paths['report.json']), VSA) : '',
    'source-policy-digest': files.ok ? digestOf(Buffer.from(sourcePolicy)) : '',
  });
  if (written !== null) problems.push(written);
  const published = await publish();
  problems.push(...published.shortfalls);
  setOutputs({ 'comment-url': published.commentUrl ?? '' });
  const summarized = await appendSummary(step.summaryPath, `${summary}${shortfallSection(problems)}`);
  if (summarized !== null) problems.push(summarized);
  for (const { message, fix, page } of problems) logLines([message, fix, page ?? ''].join(' ').trimEnd());
  logLines(`${verdictLine(report)}\nJob summary: ${runUrl(step.env)}`);
}

/** The directory of the Verification Summary predicates, next to the reports. */
const VSA = 'vsa';

function inDirectory(directory: string, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${directory}/${name}`, text]));
}

/** The verdict and its reason on one line: a failing check leads people to the end of the log first. */
function verdictLine(report: Report): string {
  const beside = asides(tallyOf(report));
  const reason = `${verdictReason(report)}.${beside === '' ? '' : ` Also: ${beside}.`}`;
  return `${verdictSign(report)} Base images: ${report.verdict}: ${reason}`;
}

/** The outputs of a run that evaluated nothing. */
const NOTHING = { findings: '0', errors: '0', warnings: '0', images: '0', coverage: '0/0' } as const;

/** Says that there was nothing to evaluate. */
export async function showNothing(step: Step, message: string): Promise<void> {
  logLines(message);
  setOutputs({ ...NOTHING, verdict: 'pass' });
  await appendSummary(step.summaryPath, `## Base images: nothing to evaluate\n\n${prose(message)}\n`);
}

/** Says why nothing was decided; never throws, since it is the last thing a failing run does. */
export async function showStop(step: Pick<Step, 'summaryPath'>, { message, fix }: Omit<Stop, 'code'>): Promise<void> {
  core.error(cut(visibleLines(`${message}\n${fix}`), MAX_LOG_TEXT), { title: 'Base images: nothing was decided' });
  setOutputs({ ...NOTHING, verdict: 'indeterminate' });
  await appendSummary(
    step.summaryPath,
    `## ❓ Base images: indeterminate\n\n${paragraphs(message)}\n\n${paragraphs(fix, 'yaml')}\n`,
  );
}

/** Says what became of a report that was posted for another run. */
export async function showPosted(step: Pick<Step, 'summaryPath'>, outcome: Result<string, string>): Promise<void> {
  const text = outcome.ok ? outcome.value : outcome.error;
  if (outcome.ok) logLines(text);
  else core.error(cut(visibleLines(text), MAX_LOG_TEXT), { title: 'Base images: the report was not posted' });
  const title = outcome.ok ? 'report of another run' : 'the report was not posted';
  await appendSummary(step.summaryPath, `## Base images: ${title}\n\n${paragraphs(text, 'yaml')}\n`);
}

type Written<K extends string> =
  | { readonly ok: true; readonly paths: Readonly<Record<K, string>> }
  | { readonly ok: false; readonly shortfall: Shortfall };

async function writeReports<K extends string>(
  env: RunnerEnvironment,
  reports: Readonly<Record<K, () => string | Iterable<string>>>,
  beside: Readonly<Record<string, string>>,
): Promise<Written<K>> {
  try {
    const directory = await mkdtemp(join(env.temporaryDirectory || tmpdir(), 'base-image-gate-'));
    const names = Object.keys(reports) as K[]; // Object.keys forgets which keys an object of this type has.
    const paths = names.map((name) => [name, join(directory, name)] as const);
    for (const [name, path] of paths) await writeFile(path, reports[name](), { mode: 0o644 });
    for (const [name, text] of Object.entries(beside)) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), text, { mode: 0o644 });
    }
    return { ok: true, paths: Object.fromEntries(paths) as Record<K, string> }; // The same keys as above.
  } catch (error) {
    return { ok: false, shortfall: notWritten('the reports', 'RUNNER_TEMP', error) };
  }
}

function setOutputs(outputs: Readonly<Record<string, string>>): Shortfall | null {
  try {
    for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
    return null;
  } catch (error) {
    return notWritten('the outputs', 'GITHUB_OUTPUT', error);
  }
}

async function appendSummary(path: string | undefined, markdown: string): Promise<Shortfall | null> {
  if (path === undefined || path === '') return null;
  try {
    await appendFile(path, markdown);
    return null;
  } catch (error) {
    return notWritten('the job summary', 'GITHUB_STEP_SUMMARY', error);
  }
}

function notWritten(what: string, where: string, error: unknown): Shortfall {
  const cause = error instanceof Error ? error.message : String(error);
  return {
    message: `Could not write ${what}: ${cause}.`,
    fix: `Make the path in ${where} writable for this step.`,
  };
}

function shortfallSection(shortfalls: readonly Shortfall[]): string {
  if (shortfalls.length === 0) return '';
  const items = shortfalls.map(({ message, fix, page }) => {
    const more = page === undefined ? '' : ` ${link('How', page)}`;
    return `- ${prose(message)} ${paragraphs(fix, 'yaml').replace(/\n(?=.)/g, '\n  ')}${more}`;
  });
  return `\n### What could not be shown\n\n${items.join('\n')}\n`;
}

function logLines(text: string): void {
  core.info(cut(terminalLines(text), MAX_LOG_TEXT));
}
