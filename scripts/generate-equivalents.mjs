// Makes src/catalog/equivalents.generated.json from the YAML files in src/catalog/equivalents/, without their sources.
// With --check it writes nothing, and fails when the generated file is not what it would write.
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { writeOrCheck } from './generate/write-or-check.mjs';

const directory = new URL('../src/catalog/equivalents/', import.meta.url);
const target = new URL('../src/catalog/equivalents.generated.json', import.meta.url);

const text = z.string().min(1);
const name = z.string().regex(/^[a-z0-9.-]+(\/([a-z0-9._-]+|\{organization\}))+$/);
const tag = z.string().regex(/^[A-Za-z0-9_{}.-]+$/);
const variant = {
  tag: tag.optional(),
  template: tag.includes('{version}').optional(),
  user: text.optional(),
  shell: z.boolean().optional(),
  'package-manager': text.optional(),
};
const image = z.strictObject({
  for: name,
  image: name,
  line: text.optional(),
  versions: z.array(text).optional(),
  ...variant,
  stages: z.enum(['build', 'final']).optional(),
  purpose: text.optional(),
  entrypoint: text.optional(),
  workdir: text.optional(),
  builder: z.strictObject({ image: name.optional(), ...variant }).optional(),
  login: z.boolean().optional(),
  changes: z.array(text).optional(),
  'user-inferred': z.literal(true).optional(),
  inferred: z.boolean().optional(),
  basis: text,
});
const schema = z.strictObject({
  publisher: z.string().regex(/^[a-z-]+$/),
  name: text,
  read: z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/),
  sources: z.array(z.strictObject({ repository: text, commit: z.string().length(40), license: text.optional() })),
  images: z.array(image),
});

function toVariant({ 'package-manager': packageManager, ...rest }) {
  return { ...rest, ...(packageManager === undefined ? {} : { packageManager }) };
}

const files = readdirSync(directory).sort();
const tables = files.map((file) => {
  const parsed = schema.safeParse(parse(readFileSync(new URL(file, directory), 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  if (file !== `${parsed.data.publisher}.yaml`) throw new Error(`${file}: its publisher is ${parsed.data.publisher}`);
  return parsed.data;
});
const images = tables.flatMap(({ publisher, images }) =>
  images.map(({ basis: _, builder, 'user-inferred': userInferred, ...rest }) => ({
    publisher,
    ...toVariant(rest),
    ...(userInferred === undefined ? {} : { userInferred }),
    ...(builder === undefined ? {} : { builder: toVariant(builder) }),
  })),
);
const publishers = Object.fromEntries(tables.map(({ publisher, name: known }) => [publisher, known]));
// One entry a line, so that a change of one is a change of one line.
const source = `{
  "publishers": ${JSON.stringify(publishers)},
  "images": [
${images.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')}
  ]
}
`;

writeOrCheck(target, source, 'generate-equivalents.mjs');
