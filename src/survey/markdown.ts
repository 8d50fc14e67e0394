import { code, inline, prose } from '../lib/escape/markdown.js';
import { plural } from '../lib/text.js';
import type { SurveyDocument } from './document.js';
import { basisSentence, type Cell, coverageSentences, headline, type Section, sectionsOf } from './sections.js';

/** A summary of GitHub Actions takes a mebibyte, an issue 65,536 characters: the rest is in the JSON and HTML forms. */
const SUMMARY_ROWS = 50;

/** The survey as GitHub-flavored Markdown, with at most `rows` rows a table. Ends with a line end. */
export function surveyMarkdown(document: SurveyDocument, rows: number = SUMMARY_ROWS): string {
  const lines = [`# Base images of ${inline(document.of)}`, '', ...introduction(document), ''];
  for (const section of sectionsOf(document)) if (section.rows.length > 0) lines.push(...table(section, rows), '');
  if (document.notices.length > 0)
    lines.push('## Notices', '', ...document.notices.map((one) => `- ${prose(one)}`), '');
  return lines.join('\n');
}

/** The verdict in a sentence, what was surveyed and by what, as Markdown lines. */
export function introduction(document: SurveyDocument): readonly string[] {
  return [
    `**${headline(document)}**`,
    '',
    ...coverageSentences(document).map((sentence) => `- ${prose(sentence)}`),
    '',
    prose(basisSentence(document)),
  ];
}

/** A section as a heading and a table. */
export function table({ title, about, columns, rows }: Section, most: number): readonly string[] {
  const shown = rows.slice(0, most);
  const left = rows.length - shown.length;
  return [
    `## ${title}`,
    '',
    about,
    '',
    `| ${columns.map((column) => column.title).join(' | ')} |`,
    `| ${columns.map(({ isNumber }) => (isNumber === true ? '--:' : '---')).join(' | ')} |`,
    ...shown.map((cells) => `| ${cells.map(cell).join(' | ')} |`),
    ...(left > 0 ? ['', `and ${plural(left, 'more row', 'more rows')}`] : []),
  ];
}

function cell(value: Cell): string {
  if (typeof value === 'number') return String(value);
  return 'name' in value ? code(value.name) : prose(value.text);
}
