import { padded } from './display-width.js';
import { paint } from './paint.js';
import type { RuleDescription } from './rule-description.js';

/** Every rule with its question, as `rules` prints them. Ends with a line end. */
export function rulesText(rules: readonly RuleDescription[], options: { readonly color: boolean }): string {
  const { bold, dim } = paint(options.color);
  const width = Math.max(0, ...rules.map((rule) => rule.id.length));
  const lines = rules.map((rule) => `${bold(padded(rule.id, width))}  ${rule.question}`);
  return `${[...lines, '', dim('One rule in full: base-image-gate rules ID')].join('\n')}\n`;
}

/** One rule in full, as `rules ID` prints it. Its Markdown is readable as it is. Ends with a line end. */
export function ruleText(rule: RuleDescription, options: { readonly color: boolean }): string {
  const { bold, dim } = paint(options.color);
  const levels = Object.entries(rule.presets).map(([profile, { level }]) => `${profile} ${level}`);
  return `${[
    `${bold(rule.id)}: ${rule.title}`,
    rule.question,
    '',
    rule.why,
    '',
    bold('What to do'),
    rule.mend,
    '',
    dim(`Asked of: ${askedOf(rule)}`),
    dim(`Levels: ${levels.join(', ')}`),
    ...(rule.controls.length === 0 ? [] : [dim(`Gives evidence toward NIST SP 800-53: ${rule.controls.join(', ')}`)]),
  ].join('\n')}\n`;
}

const SUBJECTS = {
  file: 'every build file',
  use: 'every image use of role',
  image: 'the image behind every use of role',
  change: 'the change as a whole',
} as const;

/** What the rule is asked of, in one clause. */
export function askedOf(rule: Pick<RuleDescription, 'subject' | 'roles'>): string {
  const about = SUBJECTS[rule.subject];
  return rule.subject === 'file' || rule.subject === 'change' ? about : `${about} ${rule.roles.join(', ')}`;
}
