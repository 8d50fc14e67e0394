import { z } from 'zod';
import type { Rule } from '../rules/rule.js';
import { policySchema } from './schema.js';

/** Where the published schema lies; editors that know it complete and check policy files as they are written. */
export const POLICY_SCHEMA_ID =
  'https://github.com/base-image-gate/base-image-gate/blob/main/schemas/policy.schema.json';

/**
 * The JSON Schema (draft 7, which the YAML language server knows best) of the policy file for a set of rules. It says
 * what the loader's schema says; whether patterns, keys and publishers make sense, only the loader can tell.
 */
export function policyJsonSchema(rules: readonly Rule[]): Record<string, unknown> {
  const schema = z.toJSONSchema(policySchema(rules), { target: 'draft-7', io: 'input' });
  return {
    $schema: schema.$schema,
    $id: POLICY_SCHEMA_ID,
    title: 'Policy of base-image-gate',
    description: 'The file .github/base-image-gate.yml: which container images a repository may build on.',
    ...schema,
  };
}
