import { z } from 'zod';
import { baseChangeSchema } from './image-diff-document.js';
import { fileSchema, rangeFields, useSchema } from './images-document.js';

/**
 * What `check --format json` prints. The published JSON Schema (schemas/check.schema.json) is made from this, the
 * types of what is printed are taken from it, and a report that comes from elsewhere is read with it.
 */
const outcome = z.enum(['pass', 'fail', 'indeterminate', 'not-applicable', 'skipped']);
const level = z.enum(['error', 'warning', 'note', 'off']);
const text = z.string();

/** One kind of evidence. What was learnt differs by kind, so `value` is open. */
export const evidenceFields = {
  status: z.enum(['present', 'absent', 'unavailable', 'unsupported']),
  from: z.exactOptional(text).describe('Where it was found.'),
  value: z
    .exactOptional(z.json())
    .describe('What was found; its shape depends on the kind. Values that look like secrets are "[not shown]".'),
  truncated: z.exactOptional(z.literal(true)).describe('The value was too long to be printed whole.'),
  cause: z.exactOptional(text).describe('Why it could not be had, as one of a fixed set of words.'),
  form: z.exactOptional(text).describe("The form it is in that can't be evaluated."),
  message: z.exactOptional(text),
  fix: z.exactOptional(text),
  lookedIn: z.exactOptional(z.array(z.strictObject({ place: text, answer: text }))),
};

const evidenceSchema = z
  .strictObject({
    ...evidenceFields,
    platforms: z
      .exactOptional(z.record(text, z.strictObject(evidenceFields)))
      .describe('Where platforms differ: each of them. The fields beside it are those of the least known one.'),
  })
  .describe('What was learnt of one kind.');

export const imageSchema = z.strictObject({
  reference: text,
  digest: text,
  publisher: z.exactOptional(text),
  platforms: z.array(z.strictObject({ platform: text, manifest: text, config: text })),
  evidence: z.record(text, evidenceSchema).describe('By kind.'),
});

const answerSchema = z
  .strictObject({
    rule: text,
    aspect: z.exactOptional(text).describe("Which of the rule's questions this answers."),
    use: z.exactOptional(text).describe("The use's id; left out where the rule is about a file or the change."),
    file: z.exactOptional(text),
    image: z.exactOptional(text).describe('The digest evaluated.'),
    platform: z.exactOptional(text),
    outcome,
    level,
    message: text,
    fix: z.exactOptional(text),
    details: z.exactOptional(z.array(text)),
    vulnerabilities: z.exactOptional(z.array(text)),
    at: z.exactOptional(z.strictObject({ file: text, ...rangeFields })),
    inherited: z.exactOptional(z.boolean()).describe('Unchanged since the base branch.'),
    heldBack: z
      .exactOptional(z.boolean())
      .describe('Only the profile observe makes it a warning: by baseline it would decide the verdict.'),
    waiver: z.exactOptional(z.int().min(0)).describe('Index into waivers.'),
    accepts: z
      .exactOptional(z.array(z.int().min(0)))
      .describe('Indexes into waivers: those that each accept a vulnerability it speaks of.'),
  })
  .describe('Rule × use × platform, with its outcome.');

const findingSchema = z
  .strictObject({
    rule: text,
    level: z.enum(['error', 'warning', 'note']),
    outcome,
    message: text,
    fix: z.exactOptional(text),
    details: z.exactOptional(z.array(text)),
    use: z.exactOptional(text),
    platforms: z.exactOptional(z.array(text)),
    file: text,
    ...rangeFields,
    fingerprint: text.describe('Stays the same while lines move; names the finding across runs.'),
    waiver: z.exactOptional(z.int().min(0)).describe('Index into waivers: it is covered, and counts for nothing.'),
    inherited: z.exactOptional(z.boolean()),
    heldBack: z.exactOptional(z.boolean()),
  })
  .describe('An answer, or a problem with a waiver or the policy, that a person should see.');

const waiverSchema = z.strictObject({
  rule: text,
  image: z.exactOptional(text),
  file: z.exactOptional(text),
  vulnerability: z.exactOptional(text),
  reason: text,
  owner: text,
  expires: text.describe('The last day it holds, in UTC.'),
  covers: z.enum(['fail', 'indeterminate']),
  state: z.enum(['used', 'unused', 'expired', 'too-long']),
  at: z.exactOptional(z.strictObject({ file: text, line: z.int(), column: z.int() })),
});

export const checkSchema = z
  .strictObject({
    schema: z.literal('base-image-gate/check/v1'),
    tool: z.strictObject({
      version: text,
      catalog: text,
      trustedRoot: z.exactOptional(text),
      feeds: z.array(z.strictObject({ name: text, date: text })),
    }),
    verdict: z.enum(['pass', 'fail', 'indeterminate']),
    policy: z.strictObject({
      source: text,
      commit: z.exactOptional(text),
      profile: z.enum(['observe', 'baseline', 'hardened', 'strict']),
      allowlistEnforced: z.boolean(),
      extends: z.exactOptional(z.array(z.strictObject({ name: text, commit: z.exactOptional(text) }))),
    }),
    files: z.array(fileSchema),
    uses: z.array(useSchema),
    images: z.array(imageSchema),
    baseChanges: z
      .exactOptional(z.array(baseChangeSchema))
      .describe('Images that the change under evaluation replaced, and what became other in them; it decides nothing.'),
    answers: z.array(answerSchema),
    findings: z.array(findingSchema).describe('Worst first; what a waiver covers comes last.'),
    waivers: z.array(waiverSchema),
    limits: z
      .array(z.strictObject({ name: text, message: text }))
      .describe('Limits that were passed, and what was not got to because of them.'),
    notices: z.array(text).describe('Sentences for people that belong to no finding.'),
  })
  .describe(
    'The verdict on a repository and everything it rests on: the output of base-image-gate check --format json.',
  );

export type CheckDocument = z.infer<typeof checkSchema>;
export type EvidenceDocument = z.infer<typeof evidenceSchema>;
