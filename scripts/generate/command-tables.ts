import { COMMANDS } from '../../src/cli/definitions.js';
import { flagUsage, usageOf } from '../../src/cli/help.js';
import { between } from './between.js';
import { table } from './table.js';

const SOURCE = 'src/cli/definitions.ts';

/** A page with its list of commands made from their definitions. */
export function withCommands(page: string): string {
  const rows = COMMANDS.map((definition) => [`\`${usageOf(definition)}\``, definition.summary]);
  return between(page, 'commands', SOURCE, table(['Command', 'What it does'], rows));
}

/** The page of all commands with their flags. */
export function commandPage(): string {
  const parts = COMMANDS.map((definition) => {
    const flags = Object.entries(definition.flags).map(([name, flag]) => [`\`${flagUsage(name, flag)}\``, flag.help]);
    return [
      `## ${usageOf(definition)}`,
      definition.about.replace(/\s+/g, ' '),
      ...(flags.length === 0 ? [] : [table(['Flag', 'Meaning'], flags)]),
      `Exit codes: ${definition.exitCodes}.`,
    ].join('\n\n');
  });
  return `${[
    '# Command line',
    `<!-- made from ${SOURCE} by npm run generate -->`,
    'A flag that ends in `…` can be given more than once. `--policy` takes a policy file, or a directory whose `.github/base-image-gate.yml` is used. Data goes to standard output, everything else to standard error.',
    ...parts,
  ].join('\n\n')}\n`;
}
