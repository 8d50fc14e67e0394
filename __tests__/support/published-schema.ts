import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** What is wrong with a document by the schema that is published for it; nothing where it is valid. */
export function schemaErrors(schema: string, document: unknown): readonly string[] {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  formats.default(ajv);
  const published: unknown = JSON.parse(readFileSync(new URL(`../../schemas/${schema}`, import.meta.url), 'utf8'));
  // A schema file is an object; ajv says so itself where it is not.
  const validate = ajv.compile(published as object);
  return validate(document)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}
