import { z } from 'zod';
import { ROLES } from '../build-files/image-use.js';
import type { DeepReadonly } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import type { ImageRule, Rule } from '../rules/rule.js';
import { isoDate } from './fields.js';
import type { PolicyProblem } from './problem.js';
import { schemaProblems } from './schema-problems.js';
import { readYaml } from './yaml-document.js';

/** The rule that is really evaluated over made evidence: whose signatures count is what a policy says most about. */
export const EVALUATED = 'signature-verified';

/** Rules whose outcome a case may give, since they look into the image: all image rules but the one evaluated. */
export function rulesWithMadeOutcomes(rules: readonly Rule[]): readonly ImageRule<unknown>[] {
  return rules.filter((rule): rule is ImageRule<unknown> => rule.subject === 'image' && rule.id !== EVALUATED);
}

const text = z.string().min(1, { error: 'a non-empty string' });
const outcome = z.enum(['pass', 'fail', 'indeterminate', 'not-applicable']);

const signer = z.union([
  z
    .strictObject({
      issuer: text,
      subject: text,
      'source-repository': text.optional(),
      'source-ref': text.optional(),
      workflow: text.optional(),
      'build-signer-digest': text.optional(),
      'runner-environment': text.optional(),
    })
    .describe('A keyless identity, as its certificate states it.'),
  z.strictObject({ key: text }).describe('A key, by the name shown in reports: the path of its file.'),
]);

/** The file of `policy test`: cases with made evidence and the verdict that is expected of the policy. */
export function casesSchema(rules: readonly Rule[]) {
  const ids = rulesWithMadeOutcomes(rules).map(({ id }) => id);
  const answers = Object.fromEntries(
    ids.map((id) => [
      id,
      z.union([outcome, z.strictObject({ outcome, vulnerabilities: z.array(text).optional() })]).optional(),
    ]),
  );
  const expected = rules.filter(({ subject }) => subject === 'use' || subject === 'image').map(({ id }) => id);
  return z.strictObject({
    version: z.literal(1).describe('The version of this format: 1.'),
    cases: z
      .array(
        z.strictObject({
          name: text.describe('What the case shows; names it in reports.'),
          image: text.describe('The image reference, as a build file would name it.'),
          role: z.enum(ROLES).optional().describe('What the image is for. Default: final.'),
          file: text.optional().describe('The build file that names it, for waivers. Default: Dockerfile.'),
          on: isoDate()
            .optional()
            .describe('The day the policy is evaluated on, for phases and waivers. Default: today.'),
          'signed-by': z
            .array(signer)
            .optional()
            .describe('Who signed the image; empty: it is unsigned. Without it, signature-verified passes.'),
          unreachable: z.boolean().optional().describe('true: the registry does not answer.'),
          answers: z
            .strictObject(answers)
            .optional()
            .describe('The outcomes of rules that look into the image. Rules that are not named pass.'),
          expect: z.enum(['pass', 'fail', 'indeterminate']).describe('The verdict.'),
          rules: z
            .partialRecord(z.enum(expected), z.enum([...outcome.options, 'skipped']))
            .optional()
            .describe('The expected outcomes of single rules.'),
        }),
      )
      .min(1, { error: 'at least one case' })
      .max(1000, { error: 'at most 1000 cases' }),
  });
}

export type PolicyCase = DeepReadonly<z.output<ReturnType<typeof casesSchema>>>['cases'][number];

/** Reads the cases of a file. Fails with every problem in it, as a policy's are reported. */
export function readCases(
  file: string,
  source: Uint8Array,
  rules: readonly Rule[],
): Result<readonly PolicyCase[], readonly PolicyProblem[]> {
  const document = readYaml(file, source);
  if (!document.ok) return document;
  const schema = casesSchema(rules);
  const parsed = schema.safeParse(document.value.value);
  return parsed.success ? ok(parsed.data.cases) : err(schemaProblems(parsed.error.issues, document.value, schema));
}
