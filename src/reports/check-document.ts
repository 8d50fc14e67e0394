import { z } from 'zod';
import { DEFINITION_KINDS } from '../build-files/definitions.js';
import type { DeepReadonly } from '../lib/collections.js';
import { LEVELS, PROFILES } from '../policy/policy.js';
import { OUTCOMES, UNANSWERED_CAUSES } from '../rules/rule.js';
import { baseChangeSchema } from './image-diff-document.js';
import { fileSchema, rangeFields, useSchema } from './images-document.js';

/**
 * What `check --format json` prints. The published JSON Schema (schemas/check.schema.json) is made from this, the
 * types of what is printed are taken from it, and a report that comes from elsewhere is read with it.
 */
const outcome = z.enum(OUTCOMES);
const level = z.enum(LEVELS);
const text = z.string();

const index = z.int().min(0);
const indexes = z.array(index);
const location = z.strictObject({ file: text, ...rangeFields });

/** One kind of evidence. What was learned differs by kind, so `value` is open. */
export const evidenceFields = {
  status: z.enum(['present', 'absent', 'unavailable', 'unsupported']),
  from: z.exactOptional(text).describe('Where it was found.'),
  value: z
    .exactOptional(z.json())
    .describe('What was found; its shape depends on the kind. Values that look like secrets are "[not shown]".'),
  truncated: z.exactOptional(z.literal(true)).describe('The value was too long to be printed whole.'),
  cause: z.exactOptional(text).describe('Why it is unavailable, as one of a fixed set of words.'),
  form: z.exactOptional(text).describe("The form it is in that can't be evaluated."),
  message: z.exactOptional(text),
  fix: z.exactOptional(text),
  lookedIn: z.exactOptional(z.array(z.strictObject({ place: text, answer: text }))),
};

const evidenceSchema = z.strictObject(evidenceFields).describe('What was learned of one kind.');

/** What every answer says, wherever it is written. */
const answerFields = {
  rule: text,
  aspect: z.exactOptional(text).describe('Which aspect of the rule this answers.'),
  outcome,
  level,
  message: text.describe('What was seen.'),
  fix: z.exactOptional(text).describe('What to do.'),
  cause: z
    .exactOptional(z.enum(UNANSWERED_CAUSES))
    .describe('Why the rule has no answer; only where the outcome is indeterminate or skipped.'),
  details: z.exactOptional(z.array(text)),
  vulnerabilities: z.exactOptional(z.array(text)),
  inherited: z.exactOptional(z.boolean()).describe('Unchanged since the base branch.'),
  heldBack: z
    .exactOptional(z.boolean())
    .describe('Only the profile observe, or a day that is to come (enforceFrom), keeps it from deciding the verdict.'),
  enforceFrom: z
    .exactOptional(z.iso.date())
    .describe('The day from which it decides the verdict: the policy has announced that (enforce-from).'),
  waiver: z.exactOptional(index).describe('Index into waivers: it is covered, and does not count.'),
};
const accepts = z
  .exactOptional(indexes)
  .describe('Indexes into waivers: those that each accept a vulnerability it is about.');

const answerSchema = z
  .strictObject({
    ...answerFields,
    accepts,
    use: z.exactOptional(text).describe("The use's id; left out where the rule is about a file or the change."),
    platform: z.exactOptional(text),
    location,
  })
  .describe('What a rule answered about a reference, a build file or the change. Answers about images are in images.');

const imageAnswerSchema = z
  .strictObject({
    ...answerFields,
    accepts,
    uses: z
      .exactOptional(z.array(text))
      .describe('Ids of the uses it holds for; left out where it holds for every use of the image.'),
    location: z.exactOptional(location).describe("The place that decides it; left out where that is the use's own."),
  })
  .describe('What a rule answered about the image on this platform.');

export const imageSchema = z
  .strictObject({
    id: text.describe('The id by which uses refer to it.'),
    reference: text.describe('As the policy sees it: a mirror is replaced by the image it mirrors.'),
    platform: text,
    resolved: z
      .exactOptional(z.strictObject({ digest: text, manifest: text, config: text }))
      .describe('Left out where it was not resolved: not opened, not reachable, or no image for the platform.'),
    publisher: z.exactOptional(text),
    evidence: z.record(text, evidenceSchema).describe('By kind; empty where the image was not opened.'),
    answers: z.array(imageAnswerSchema),
  })
  .describe('An image on one platform, listed once for all uses that name it.');

const findingSchema = z
  .strictObject({
    ...answerFields,
    level: level.exclude(['off']),
    details: z
      .exactOptional(z.array(text))
      .describe('Left out where the answers with its message, about its use or an image of it, all have the same.'),
    use: z.exactOptional(text),
    platforms: z.exactOptional(z.array(text)),
    location,
    fingerprint: text.describe('Stays the same while lines move; names the finding across runs.'),
  })
  .describe('An answer, or a problem with a waiver or the policy, that a person should see.');

const findingChangesSchema = z
  .strictObject({
    new: z
      .array(text)
      .describe('Fingerprints of errors and warnings about references that the change brought or replaced.'),
    fixed: z
      .array(z.strictObject({ rule: text, level: level.exclude(['off']), message: text, image: text, location }))
      .describe('Errors and warnings of references that the change removed or replaced; places are those of the base.'),
    notCompared: index.describe('Removed or replaced references beyond those that were evaluated as they were.'),
  })
  .describe('What the change under evaluation brings and fixes; it decides nothing.');

const waiverSchema = z.strictObject({
  rule: text,
  image: z.exactOptional(text),
  file: z.exactOptional(text),
  vulnerability: z.exactOptional(text),
  reason: text,
  owner: text,
  expires: text.describe('The last day it is valid, in UTC.'),
  covers: z.enum(['fail', 'indeterminate']),
  state: z.enum(['used', 'unused', 'expired', 'too-long']),
  location: z.exactOptional(z.strictObject({ file: text, line: z.int(), column: z.int() })),
});

const coverageSchema = z
  .strictObject({
    references: index,
    full: index.describe('Every rule that is not off answered pass, fail or not-applicable.'),
    partial: index.describe('Some rule about the image has an answer, and not every rule.'),
    unchecked: index.describe('No rule about the image has an answer.'),
    unresolved: index.describe('The reference is known only to a running build.'),
    notOpened: index.describe(
      'Of the partial and unchecked ones: those whose image was not opened because its identity failed.',
    ),
    causes: z
      .array(
        z.strictObject({
          cause: z.enum([...UNANSWERED_CAUSES, 'unresolved']),
          message: text,
          opened: z.boolean().describe('Whether the image was opened nevertheless, so that other rules have answers.'),
          rules: z.array(text).describe('The rules without an answer because of it; none if the image was not opened.'),
          references: index,
        }),
      )
      .describe('Why references are not fully checked, the most frequent first.'),
    run: z
      .exactOptional(
        z.strictObject({ references: index, full: index, partial: index, unchecked: index, unresolved: index }),
      )
      .describe('The same of images that are only run (role run), which the other numbers leave out.'),
  })
  .describe('How many references were checked, and how far. full, partial, unchecked and unresolved add up.');

const definitionSchema = z
  .strictObject({
    path: text,
    kind: z.enum(DEFINITION_KINDS),
    status: z.enum(['read', 'unreadable', 'skipped', 'incomplete']),
    reason: z.exactOptional(text).describe('Clauses.'),
  })
  .describe(
    'A file that says what is built and how. incomplete: a build in it was seen and not understood, or not evaluated.',
  );

const changeBaseSchema = z
  .strictObject({
    ref: text.describe('The branch that the change is to be merged into, as a full ref.'),
    policyRef: text.describe(
      'The branch whose policy holds: the base where changes to it have to be reviewed, else the default branch.',
    ),
    commit: z
      .exactOptional(text)
      .describe('The commit of policyRef that the change starts from; left out if it is not known.'),
    evaluated: z.strictObject({ kind: z.enum(['merge', 'head', 'merge-group']), commit: text }),
    parents: z
      .array(text)
      .describe(
        "The parents by which the merge was recognized: the base's commit, then the head. Empty if no merge of a pull request was evaluated.",
      ),
  })
  .describe('The base that a pull request or merge group was evaluated for: the result holds for no other.');

export const checkSchema = z
  .strictObject({
    schema: z.literal('base-image-gate/check/v2'),
    tool: z.strictObject({
      version: text,
      catalog: text,
      trustedRoot: z.exactOptional(text),
      feeds: z.array(z.strictObject({ name: text, date: text })),
      snapshots: z
        .array(z.strictObject({ name: text, date: text }))
        .describe('Dated data that the answers depend on: catalog, end-of-life table, embedded trusted roots, lists.'),
    }),
    verdict: z.enum(['pass', 'fail', 'indeterminate']),
    coverage: coverageSchema,
    policy: z.strictObject({
      source: text,
      commit: z.exactOptional(text),
      profile: z.enum(PROFILES),
      allowlistEnforced: z.boolean(),
      extends: z.exactOptional(z.array(z.strictObject({ name: text, commit: z.exactOptional(text) }))),
    }),
    base: z.exactOptional(changeBaseSchema),
    files: z.array(fileSchema),
    definitions: z.array(definitionSchema),
    uses: z.array(useSchema.extend({ images: z.array(text).describe('Ids of its images, one per platform.') })),
    images: z.array(imageSchema),
    baseChanges: z
      .exactOptional(z.array(baseChangeSchema))
      .describe('Images that the change under evaluation replaced, and how they differ; it decides nothing.'),
    findingChanges: z.exactOptional(findingChangesSchema),
    answers: z.array(answerSchema),
    findings: z.array(findingSchema).describe('Worst first; what a waiver covers comes last.'),
    waivers: z.array(waiverSchema),
    limits: z
      .array(z.strictObject({ name: text, message: text }))
      .describe('Limits that were exceeded, and what was not evaluated because of them.'),
    notices: z.array(text).describe('Sentences for people that belong to no finding.'),
  })
  .describe(
    'The verdict on a repository and everything it is based on: the output of base-image-gate check --format json.',
  );

export type CheckDocument = DeepReadonly<z.infer<typeof checkSchema>>;
export type ImageDocument = CheckDocument['images'][number];
export type ImageAnswerDocument = ImageDocument['answers'][number];
export type EvidenceDocument = DeepReadonly<z.infer<typeof evidenceSchema>>;
/** An answer as the document has it where it is about no image. */
export type AnswerDocument = CheckDocument['answers'][number];
