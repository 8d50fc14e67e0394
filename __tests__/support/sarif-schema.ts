import { readFileSync } from 'node:fs';
import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

/**
 * The schema of SARIF 2.1.0 as SchemaStore publishes it (from the npm package @microsoft/jest-sarif, MIT).
 * @see https://json.schemastore.org/sarif-2.1.0-rtm.5.json
 */
const FILE = new URL('./sarif-2.1.0-rtm.5.generated.json', import.meta.url);

let compiled: ValidateFunction | undefined;

function validator(): ValidateFunction {
  if (compiled !== undefined) return compiled;
  // The file is the published one; it is draft 4, which says `id` where later drafts say `$id`, and differs in nothing it uses.
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(FILE, 'utf8')) as AnySchemaObject;
  // One of its patterns has a bracket too many, which only the older syntax of regular expressions allows.
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv);
  compiled = ajv.compile(schema);
  return compiled;
}

/** What is wrong with a SARIF log by the standard's schema; empty where nothing is. */
export function sarifErrors(log: unknown): readonly string[] {
  const validate = validator();
  return validate(log) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}
