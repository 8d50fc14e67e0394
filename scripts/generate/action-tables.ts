import { parse } from 'yaml';
import { z } from 'zod';
import { between } from './between.js';
import { table } from './table.js';

const described = z.record(
  z.string(),
  z.looseObject({
    description: z.string(),
    default: z.exactOptional(z.string()),
    required: z.exactOptional(z.boolean()),
  }),
);
const action = z.looseObject({ inputs: described, outputs: z.exactOptional(described) });

/** A page with the tables between its markers made from `source`, an action.yml. Text outside of the markers stays. */
export function withActionTables(page: string, actionYaml: string, source = 'action.yml'): string {
  const { inputs, outputs } = action.parse(parse(actionYaml));
  const withInputs = between(page, 'inputs', source, describedTable('Input', inputs));
  return outputs === undefined ? withInputs : between(withInputs, 'outputs', source, describedTable('Output', outputs));
}

function describedTable(title: string, entries: z.infer<typeof described>): string {
  const rows = Object.entries(entries).map(([name, { description, default: standard }]) => {
    const suffix = standard === undefined ? '' : ` Default: \`${standard}\`.`;
    return [`\`${name}\``, `${description.trim().replace(/\s+/g, ' ')}${suffix}`];
  });
  return table([title, 'Meaning'], rows);
}
