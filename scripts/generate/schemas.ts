import { z } from 'zod';
import { inspectionSchema } from '../../src/cli/inspection-document.js';
import { sbomDocumentSchema } from '../../src/cli/sbom-document.js';
import { lockSchema } from '../../src/enforce/lock/lock.js';
import { casesSchema } from '../../src/policy/cases.js';
import { policyJsonSchema } from '../../src/policy/json-schema.js';
import { checkSchema } from '../../src/reports/check-document.js';
import { explanationSchema } from '../../src/reports/explanation.js';
import { imagesSchema } from '../../src/reports/images-document.js';
import { rules } from '../../src/rules/index.js';
import { surveySchema } from '../../src/survey/document.js';

/** A schema of ours as a published JSON Schema, draft 2020-12. */
function published(title: string, schema: z.ZodType): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' });
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}

/** The files of schemas/ that are made, by path. */
export function schemaFiles(): Readonly<Record<string, string>> {
  return {
    'schemas/check.schema.json': published('base-image-gate check --format json', checkSchema),
    'schemas/explain.schema.json': published('base-image-gate explain --format json', explanationSchema),
    'schemas/policy.schema.json': `${JSON.stringify(policyJsonSchema(rules), null, 2)}\n`,
    'schemas/policy.draft-07.schema.json': `${JSON.stringify(policyJsonSchema(rules, 'draft-07'), null, 2)}\n`,
    'schemas/policy-cases.schema.json': published('Cases of base-image-gate policy test', casesSchema(rules)),
    'schemas/images.schema.json': published('base-image-gate images --format json', imagesSchema),
    'schemas/inspect.schema.json': published('base-image-gate inspect --format json', inspectionSchema),
    'schemas/lock.schema.json': published('.github/base-image-gate.lock', lockSchema),
    'schemas/survey.schema.json': published('base-image-gate survey', surveySchema),
    'schemas/sbom.schema.json': published('base-image-gate sbom --format json', sbomDocumentSchema),
  };
}
