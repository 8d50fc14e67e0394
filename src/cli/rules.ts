import { terminal } from '../lib/escape/visible.js';
import { nearest } from '../lib/nearest.js';
import { rulesText, ruleText } from '../reports/text/rules-text.js';
import { rules } from '../rules/index.js';
import type { Command } from './command.js';
import { defineCommand } from './define-command.js';

const USAGE = `Usage: base-image-gate rules [ID]

Lists the rules with their levels in each profile, or explains one.
`;

/** `rules [ID]`. */
export const rulesCommand: Command = defineCommand(
  { name: 'rules', usage: USAGE, options: {}, arguments: 1 },
  async ({ positionals, io }) => {
    const [id] = positionals;
    if (id === undefined) {
      io.stdout(rulesText(rules, { color: io.color, program: io.program }));
      return 0;
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
    io.stdout(ruleText(rule, { color: io.color }));
    return 0;
  },
);
