import { parse } from 'yaml';
import { z } from 'zod';

const described = z.record(
  z.string(),
  z.looseObject({
    description: z.string(),
    default: z.exactOptional(z.string()),
    required: z.exactOptional(z.boolean()),
  }),
);
const action = z.looseObject({ inputs: described, outputs: described });

/** The README with the tables between its markers made from action.yml. Text outside of the markers stays. */
export function withActionTables(readme: string, actionYaml: string): string {
  const { inputs, outputs } = action.parse(parse(actionYaml));
  return between(between(readme, 'inputs', table('Input', inputs)), 'outputs', table('Output', outputs));
}

function table(title: string, entries: z.infer<typeof described>): string {
  const lines = Object.entries(entries).map(([name, { description, default: standard }]) => {
    const suffix = standard === undefined ? '' : ` Default: \`${standard}\`.`;
    return `| \`${name}\` | ${description.trim().replace(/\s+/g, ' ').replaceAll('|', '\\|')}${suffix} |`;
  });
  return [`| ${title} | Meaning |`, '| --- | --- |', ...lines].join('\n');
}

function between(text: string, name: string, body: string): string {
  const start = `<!-- ${name}: made from action.yml by npm run generate -->`;
  const end = `<!-- end of ${name} -->`;
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) {
    throw new Error(`README.md: the lines "${start}" and "${end}" are missing; put them around the table of ${name}.`);
  }
  return `${text.slice(0, from + start.length)}\n${body}\n${text.slice(to)}`;
}
