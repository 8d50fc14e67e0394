import { terminal } from '../lib/escape/visible.js';
import { nearest } from '../lib/nearest.js';
import { rulesText, ruleText } from '../reports/text/rules-text.js';
import { rules } from '../rules/index.js';
import type { Command } from './command.js';
import { defineCommand } from './define-command.js';
import { RULES } from './definitions.js';
import { writeOutput } from './write-output.js';

/** `rules [ID]`. */
export const rulesCommand: Command = defineCommand(RULES, async ({ values, positionals, io }) => {
  const [id] = positionals;
  const color = io.color && values.output === undefined;
  if (id === undefined) {
    return (await writeOutput(rulesText(rules, { color, program: io.program }), values.output, io)) ? 0 : 2;
  }
  const ids = rules.map((known) => known.id);
  const rule = rules.find((candidate) => candidate.id === id);
  if (rule === undefined) {
    const meant = nearest(id, ids);
    io.stderr(
      `rules: There is no rule "${terminal(id)}". ${meant === undefined ? `The rules are: ${ids.join(', ')}.` : `Did you mean "${meant}"?`}\n`,
    );
    return 3;
  }
  return (await writeOutput(ruleText(rule, { color }), values.output, io)) ? 0 : 2;
});
