// Makes src/catalog/packages.generated.json from src/catalog/packages.yaml, without its sources.
// With --check it writes nothing, and fails when the generated file is not what it would write.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { writeOrCheck } from './generate/write-or-check.mjs';

const target = new URL('../src/catalog/packages.generated.json', import.meta.url);

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+_-]*$/);
const pairs = z.record(name, z.array(name));
const schema = z.strictObject({
  read: z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/),
  sources: z.array(
    z.strictObject({ repository: z.string(), commit: z.string().length(40), license: z.string(), of: z.string() }),
  ),
  names: z.array(name),
  debian: pairs,
  fedora: pairs,
});

const { names, debian, fedora } = schema.parse(
  parse(readFileSync(new URL('../src/catalog/packages.yaml', import.meta.url), 'utf8')),
);
const listed = new Set(names);
for (const [from, to] of [...Object.entries(debian), ...Object.entries(fedora)]) {
  const missing = to.find((one) => !listed.has(one));
  if (missing !== undefined) throw new Error(`${from}: ${missing} is not among the names`);
}
// One table a line, so that a change of one is a change of one line.
const source = `{
  "names": ${JSON.stringify(names)},
  "debian": ${JSON.stringify(debian)},
  "fedora": ${JSON.stringify(fedora)}
}
`;

writeOrCheck(target, source, 'generate-packages.mjs');
