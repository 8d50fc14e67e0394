import { nistControls } from '../../rules/rule.js';
import type { RuleDescription } from '../rule-description.js';
import { LEVEL_COLUMNS, levelIn, runLevelsOf } from '../rule-levels.js';
import { padded } from './display-width.js';
import { paint } from './paint.js';

/**
 * Every rule with its level in each profile and its question, as `rules` prints them. Ends with a line end.
 *
 * @param program how this program was called
 */
export function rulesText(
  rules: readonly RuleDescription[],
  { color, program }: { readonly color: boolean; readonly program: string },
): string {
  const { bold, dim } = paint(color);
  const head = ['rule', ...LEVEL_COLUMNS.map(({ title }) => title), 'question'];
  const rows = rules.map((rule) => [rule.id, ...LEVEL_COLUMNS.map((column) => levelIn(rule, column)), rule.question]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], first: (text: string) => string) =>
    cells
      .map((cell, column) => {
        const text = column === cells.length - 1 ? cell : padded(cell, widths[column] ?? 0);
        return column === 0 ? first(text) : text;
      })
      .join('  ');
  return `${[
    dim(line(head, (text) => text)),
    ...rows.map((row) => line(row, bold)),
    '',
    dim('build stages: the levels in hardened and strict for stages that do not ship.'),
    dim('Images that CI, Compose or a dev container runs have levels of their own: `rules ID` shows them.'),
    dim(`One rule in full: ${program} rules ID`),
  ].join('\n')}\n`;
}

/** One rule in full, as `rules ID` prints it. Its Markdown is readable as it is. Ends with a line end. */
export function ruleText(rule: RuleDescription, options: { readonly color: boolean }): string {
  const { bold, dim } = paint(options.color);
  const levels = LEVEL_COLUMNS.map((column) => `${column.title} ${levelIn(rule, column)}`);
  const runLevels = runLevelsOf(rule);
  return `${[
    `${bold(rule.id)}: ${rule.title}`,
    rule.question,
    '',
    rule.why,
    '',
    bold('What to do'),
    rule.fix,
    '',
    dim(`Applies to: ${scopeOf(rule)}`),
    dim(`Levels: ${levels.join(', ')}`),
    ...(runLevels === undefined ? [] : [dim(`Levels for images that are only run: ${runLevels}`)]),
    ...(nistControls(rule).length === 0
      ? []
      : [dim(`Gives evidence toward NIST SP 800-53: ${nistControls(rule).join(', ')}`)]),
  ].join('\n')}\n`;
}

const SUBJECTS = {
  file: 'every build file',
  use: 'every image use of role',
  image: 'the image behind every use of role',
  change: 'the change as a whole',
} as const;

/** What the rule is evaluated on, in one clause. */
export function scopeOf(rule: Pick<RuleDescription, 'subject' | 'roles'>): string {
  const about = SUBJECTS[rule.subject];
  return rule.subject === 'file' || rule.subject === 'change' ? about : `${about} ${rule.roles.join(', ')}`;
}
