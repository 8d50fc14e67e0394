import { z } from 'zod';
import { ruleOptions } from '../../src/policy/rule-options.js';
import { LEVEL_COLUMNS, levelIn, runLevelsOf } from '../../src/reports/rule-levels.js';
import { scopeOf } from '../../src/reports/text/rules-text.js';
import { nistControls, type Rule } from '../../src/rules/rule.js';
import { table } from './table.js';

const MADE = '<!-- Made from src/rules by npm run generate. -->';

/** The overview of all rules: docs/rules/README.md. */
export function rulesOverview(rules: readonly Rule[]): string {
  const head = ['Rule', 'Question', ...LEVEL_COLUMNS.map(({ title }) => title)];
  const lines = [
    MADE,
    '',
    '# Rules',
    '',
    'Each rule asks one question of each image use. Its level decides what a failure does: an `error` fails the job, a',
    '`warning` and a `note` are only shown, `off` means that the rule is not evaluated. The profile sets the level, the policy',
    'may change it.',
    '',
    table(
      head,
      rules.map((rule) => [
        `[${rule.id}](${rule.id}.md)`,
        rule.question,
        ...LEVEL_COLUMNS.map((column) => levelIn(rule, column)),
      ]),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** One rule in full: docs/rules/ID.md. */
export function rulePage(rule: Rule): string {
  const sections = [
    MADE,
    `# ${rule.id}`,
    `**${rule.title}.** ${rule.question}`,
    '## Why it matters',
    rule.why,
    '## What to do about a finding',
    rule.fix,
    '## See it',
    exampleOf(rule),
    '## Levels',
    `It applies to ${scopeOf(rule)}.`,
    table(
      LEVEL_COLUMNS.map(({ title }) => title),
      [LEVEL_COLUMNS.map((column) => levelIn(rule, column))],
    ),
    ...(rule.subject === 'use' || rule.subject === 'image' ? [runLine(rule)] : []),
    '## In the policy',
    ...policySection(rule),
    ...(rule.subject === 'image' ? ['## Evidence', `It needs ${listed(rule.evidence)}.`] : []),
    ...(nistControls(rule).length === 0
      ? []
      : [
          '## Controls',
          `Its answers are evidence toward NIST SP 800-53 revision 5: ${nistControls(rule).join(', ')}.`,
        ]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function runLine(rule: Rule): string {
  const levels = runLevelsOf(rule);
  if (levels !== undefined) return `For images that CI, Compose or a dev container runs: ${levels}.`;
  return rule.roles.includes('run')
    ? 'For images that CI, Compose or a dev container runs it is off, unless `roles.run` of the policy sets a level.'
    : 'It does not apply to images that CI, Compose or a dev container runs.';
}

/** Where examples/ show the rule failing; a rule that compares needs the directory that the change starts from. */
function exampleOf(rule: Rule): string {
  const compares = rule.subject === 'change' || (rule.subject === 'image' && rule.comparesWithBase === true);
  const [what, command] = compares
    ? ['The change from `examples/rules` to `examples/change` fails it', 'check examples/change --base examples/rules']
    : [
        `[fails/${rule.id}.Dockerfile](../../examples/rules/fails/${rule.id}.Dockerfile) fails it, and [examples/rules/Dockerfile](../../examples/rules/Dockerfile) passes`,
        'check examples/rules',
      ];
  return [`${what}:`, '', '```sh', `node dist/cli.js ${command}`, '```'].join('\n');
}

function policySection(rule: Rule): readonly string[] {
  const example = ['```yaml', 'rules:', `  ${rule.id}: { level: warning }`, '```'].join('\n');
  const options = optionsOf(rule);
  if (options.length === 0) return [example, 'It has no options but its level.'];
  const head = ['Option', 'Value', ...LEVEL_COLUMNS.map(({ title }) => title)];
  return [example, 'Its options, and what the profiles set them to:', table(head, options)];
}

/** Name in the policy, kind of value, and each profile's setting of every option, as cells. */
function optionsOf(rule: Rule): readonly (readonly string[])[] {
  const { shape, names } = ruleOptions(rule);
  return Object.entries(shape).map(([key, schema]) => [
    `\`${key}\``,
    kindOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })),
    ...LEVEL_COLUMNS.map(({ column }) => setting(rule.presets[column].options, names[key] ?? key)),
  ]);
}

function kindOf(property: z.core.JSONSchema._JSONSchema): string {
  if (typeof property === 'boolean') return 'anything';
  if (property.description !== undefined) return property.description;
  if (property.enum !== undefined) return property.enum.map((value) => `\`${String(value)}\``).join(', ');
  return [property.type ?? 'anything'].flat().join(' or ');
}

function setting(options: unknown, name: string): string {
  if (typeof options !== 'object' || options === null) return '';
  const value: unknown = Object.entries(options).find(([key]) => key === name)?.[1];
  return value === undefined ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function listed(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`;
}
