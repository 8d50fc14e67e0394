import { code } from '../lib/escape/markdown.js';
import { plural } from '../lib/text.js';
import type { SurveyDocument } from './document.js';
import { introduction, table } from './markdown.js';
import { sectionsOf } from './sections.js';
import type { Trend } from './trend.js';

/** GitHub takes 65,536 characters; the marker and what it counts otherwise have the rest. */
const MAX_LENGTH = 60_000;
const MOST_ROWS = [30, 15, 8, 4, 2, 1] as const;
const MAX_NAMES = 30;

/** The survey as the text of an issue: what changed, then the tables, as many rows of each as fit. */
export function issueMarkdown(document: SurveyDocument, trend: Trend | null, run: string | undefined): string {
  const texts = MOST_ROWS.map((rows) => issueText(document, trend, run, rows));
  return texts.find((text) => text.length <= MAX_LENGTH) ?? introduction(document).join('\n');
}

function issueText(document: SurveyDocument, trend: Trend | null, run: string | undefined, rows: number): string {
  const sections = sectionsOf(document).filter((section) => section.rows.length > 0);
  return [
    ...introduction(document),
    '',
    ...(trend === null ? [] : [...trendLines(trend), '']),
    ...sections.flatMap((section) => [...table(section, rows), '']),
    ...(run === undefined ? [] : [`[The full survey](${run}) is in the artifacts of the run.`, '']),
  ].join('\n');
}

function trendLines(trend: Trend): readonly string[] {
  const signed = (difference: number) => (difference > 0 ? `+${difference}` : String(difference));
  return [
    `## Since ${trend.since}`,
    '',
    ...(trend.policyChanged ? ['The policy has changed since then.', ''] : []),
    '| | Then | Now | Change |',
    '| --- | --: | --: | --: |',
    ...trend.figures.map(({ what, before, now }) => `| ${what} | ${before} | ${now} | ${signed(now - before)} |`),
    '',
    `- ${plural(trend.newRepositories, 'new repository', 'new repositories')}, ${trend.goneRepositories} no longer surveyed.`,
    ...named('Worse', trend.worse),
    ...named('Better', trend.better),
  ];
}

function named(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const left = names.length - MAX_NAMES;
  return [`- ${what}: ${names.slice(0, MAX_NAMES).map(code).join(', ')}${left > 0 ? `, and ${left} more` : ''}`];
}
