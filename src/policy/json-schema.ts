import { z } from 'zod';
import type { Rule } from '../rules/rule.js';
import { policySchema } from './schema.js';

/**
 * The JSON Schema of the policy file for a set of rules: editors complete and check policy files by it. It is written in
 * draft 2020-12, as the other schemas of this product, and in draft-07, which SchemaStore advises. It says what the loader's own schema says; whether patterns, keys and
 * publishers make sense, only the loader can tell.
 */
export function policyJsonSchema(
  rules: readonly Rule[],
  target: 'draft-2020-12' | 'draft-07' = 'draft-2020-12',
): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(policySchema(rules), { target, io: 'input' });
  return {
    $schema,
    title: 'Policy of base-image-gate',
    description: 'The file .github/base-image-gate.yml: which container images a repository may build on.',
    ...rest,
  };
}
