import { z } from 'zod';
import { ROLES } from '../build-files/image-use.js';
import type { DeepReadonly } from '../lib/collections.js';
import { PROFILES } from '../policy/policy.js';
import { VISIBILITIES } from './list-repositories.js';

/**
 * What `survey` and `survey merge` write to survey.json. The published JSON Schema (schemas/survey.schema.json) is made
 * from this, and what is merged or compared is read with it.
 */
const text = z.string();
const count = z.int().min(0);
const texts = z.array(text);
const index = z.int().min(0);
const line = z.int().min(1);
const visibility = z.enum(VISIBILITIES);
const verdict = z.enum(['pass', 'fail', 'indeterminate']);

/** How far references were checked, as in the output of check. */
const COVERAGES = ['full', 'partial', 'unchecked', 'unresolved'] as const;

const coverage = z
  .strictObject({ references: count, full: count, partial: count, unchecked: count, unresolved: count })
  .describe('References to images that are built on, and how far they were checked; as in the output of check.');

export const problemSchema = z
  .strictObject({
    rule: text,
    level: z.enum(['error', 'warning']),
    outcome: z.enum(['fail', 'indeterminate']),
    message: text,
    fix: z.exactOptional(text),
  })
  .describe('What a rule found, listed once even if it concerns several references.');

const problems = z.array(index).describe('Indexes into problems.');
const owners = z.exactOptional(texts).describe('By CODEOWNERS; left out if the file has no owner.');

export const useRecordFields = {
  image: text.nullable().describe('The normalized reference; null where it is known only to a running build.'),
  file: text,
  line,
  role: z.enum(ROLES),
  checked: z.enum(COVERAGES),
};

const repository = z.strictObject({
  name: text,
  visibility,
  commit: text.describe('The evaluated commit of the default branch.'),
  verdict,
  coverage,
  references: z.array(z.strictObject({ ...useRecordFields, owners, problems })),
  files: z
    .array(z.strictObject({ file: text, line, owners, problems }))
    .describe('Build files with problems of their own.'),
  unread: z
    .array(z.strictObject({ path: text, line: z.exactOptional(line), what: text, owners }))
    .describe('Builds that were found but not read.'),
});

export const imageSchema = z.strictObject({
  reference: text,
  publisher: z.exactOptional(text).describe('By its id in the catalog.'),
  mayBePrivate: z
    .exactOptional(z.literal(true))
    .describe('It was read with credentials, in a private network or from a stand-in.'),
  platforms: z.array(z.strictObject({ platform: text, digests: texts.describe('None where it was not resolved.') })),
});

const counted = { repositories: count, references: count };

export const surveySchema = z
  .strictObject({
    schema: z.literal('base-image-gate/survey/v1'),
    tool: z.strictObject({ version: text, catalog: text }),
    day: z.iso.date().describe('The day that ages and waivers are measured by, in UTC.'),
    of: text.describe('The organization or user, or what the list of repositories is called.'),
    list: z.exactOptional(text).describe('SHA-256 of the names of the list, where it is of a list.'),
    shards: z
      .exactOptional(z.strictObject({ of: z.int().min(1), there: z.array(z.int().min(1)) }))
      .describe('The shards that this was merged from, if some are missing.'),
    audience: z
      .exactOptional(z.strictObject({ repository: text, visibility }))
      .describe('The repository whose readers may see this: more private ones are counted but not named.'),
    policy: z.strictObject({
      source: text,
      commit: z.exactOptional(text),
      profile: z.enum(PROFILES),
      digest: text.describe('SHA-256 of the policy as it was applied.'),
      repositoryPolicies: z.boolean().describe("Whether a repository's own policy and waivers were used instead."),
    }),
    names: visibility.describe('The most private that this names: a repository, or an image that may be.'),
    complete: z.boolean().describe('Every repository that was listed was surveyed or left out on purpose.'),
    repositoryCount: z.strictObject({
      listed: count,
      surveyed: count,
      failed: count,
      archived: count,
      disabled: count,
      empty: count,
      morePrivate: count,
    }),
    verdicts: z.strictObject({ pass: count, fail: count, indeterminate: count }),
    coverage,
    steps: z
      .array(
        z.strictObject({
          action: z.enum(['allow', 'pin', 'replace', 'fix-file']),
          what: text.describe('The name of the images without tags, or the rule about build files.'),
          rules: texts,
          repositories: count.describe('Repositories that fail because of it.'),
          unblocks: count.describe('Those of them that fail because of nothing else.'),
          fix: z.exactOptional(text),
        }),
      )
      .describe('What to allow or replace, the most effective first.'),
    images: z
      .array(
        z.strictObject({
          ...imageSchema.shape,
          ...counted,
          roles: z.array(z.enum(ROLES)),
          failing: texts.describe('Rules that fail at level error for a reference to it.'),
        }),
      )
      .describe('The most frequent first.'),
    publishers: z.array(
      z.strictObject({
        publisher: text.nullable().describe('Null: the catalog knows none.'),
        images: count,
        ...counted,
      }),
    ),
    rules: z.array(
      z.strictObject({
        rule: text,
        level: problemSchema.shape.level,
        outcome: problemSchema.shape.outcome,
        images: count,
        ...counted,
      }),
    ),
    unread: z.array(z.strictObject({ what: text, repositories: count, places: count })),
    owners: z.array(
      z.strictObject({
        owner: text.nullable().describe('Null: files without an owner.'),
        repositories: count,
        failing: count.describe('References and build files with a failure at level error.'),
        unread: count,
      }),
    ),
    problems: z.array(problemSchema),
    repositories: z.array(repository),
    failed: z.array(
      z.strictObject({
        name: text,
        visibility: visibility.describe('Of what is named; private where it is not known.'),
        message: text,
        fix: text,
      }),
    ),
    notices: texts,
  })
  .describe(
    'What a policy says about the default branches of many repositories: the output of base-image-gate survey.',
  );

export type SurveyDocument = DeepReadonly<z.infer<typeof surveySchema>>;
export type Problem = SurveyDocument['problems'][number];
export type RepositoryDocument = SurveyDocument['repositories'][number];
export type ReferenceDocument = RepositoryDocument['references'][number];
export type ImageFacts = DeepReadonly<z.infer<typeof imageSchema>>;
