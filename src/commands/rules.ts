import { rulesText, ruleText } from '../reports/rules-text.js';
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
      io.stdout(rulesText(rules, { color: io.colour }));
      return 0;
    }
    const rule = rules.find((candidate) => candidate.id === id);
    if (rule === undefined) {
      io.stderr(`rules: There is no rule "${id}". The rules are: ${rules.map((known) => known.id).join(', ')}.\n`);
      return 3;
    }
    io.stdout(ruleText(rule, { color: io.colour }));
    return 0;
  },
);
