import { z } from 'zod';
import { BUILD_FILE_STATUSES, ROLES, USE_INSTRUCTIONS } from '../build-files/image-use.js';
import type { DeepReadonly } from '../lib/collections.js';

/**
 * What `images --format json` prints. The published JSON Schema (schemas/images.schema.json) is made from this, and
 * the types of what is printed are taken from it; optional fields are left out, never null unless it says so here.
 */
const position = z.int().min(1);

export const rangeFields = {
  line: position.describe('1-based.'),
  column: position.describe('1-based, in UTF-16 units.'),
  endLine: position,
  endColumn: position.describe('1-based, in UTF-16 units; the first column after the range.'),
};

export const fileSchema = z
  .strictObject({
    path: z.string().describe("Relative to the repository's root, with /."),
    status: z.enum(BUILD_FILE_STATUSES),
    reason: z.exactOptional(z.string()).describe('Why it is unreadable or skipped.'),
    line: z.exactOptional(position).describe('Where reading it failed.'),
    frontend: z.exactOptional(z.string()).describe('The reference of # syntax=, as written.'),
  })
  .describe('A build file that was found.');

export const useSchema = z
  .strictObject({
    id: z.string().describe('Stable while the place keeps its meaning, and unique within the document.'),
    file: z.string(),
    ...rangeFields,
    instruction: z.enum(USE_INSTRUCTIONS),
    stage: z.strictObject({ index: z.int().min(0), name: z.string().nullable() }).nullable(),
    role: z.enum(ROLES).describe('What the image is for; run: it is run, and nothing is built on it.'),
    reachable: z.boolean().describe('Whether a build of the evaluated targets pulls it.'),
    platform: z.string().nullable().describe('The resolved --platform flag.'),
    targetPlatforms: z.array(z.string()).describe('The platforms under which the reference expands to this.'),
    written: z.string().describe('The source text of the range.'),
    expanded: z.string().describe('The text after variables are expanded.'),
    reference: z
      .strictObject({
        registry: z.string(),
        repository: z.string(),
        tag: z.exactOptional(z.string()),
        digest: z.exactOptional(z.string()),
      })
      .nullable()
      .describe('The reference, normalized as Docker does; null where it is unresolved.'),
    overridable: z.array(z.string()).describe('Build arguments that could replace the image.'),
    unresolved: z.exactOptional(z.string()).describe("Why it can't be known without running the build."),
    open: z
      .exactOptional(
        z.array(
          z.strictObject({
            argument: z
              .string()
              .describe(
                "A build argument's name, or a flag: --target, --platform, --build-context NAME, --file for the text of an inline file; image for an image that is run.",
              ),
            decidedBy: z.string().describe('An expression or a variable, as it is written where that is known.'),
            definition: z.string().describe('The path of the definition.'),
            line: position,
          }),
        ),
      )
      .describe(
        'Parameters of a build that decide it and whose value only a run knows: the reference may name other images, too.',
      ),
  })
  .describe('One place in a build definition, and one distinct expansion of it, that names an external image.');

const openValueSchema = z.strictObject({
  field: z
    .string()
    .describe('args.NAME, target, platforms, contexts.NAME …; args and contexts without a name stand for any of them.'),
  decidedBy: z.string(),
  line: z.exactOptional(position),
});

const buildSchema = z
  .strictObject({
    definition: z.string().describe('The path of the definition.'),
    line: position,
    name: z.exactOptional(z.string()).describe('Bake target, Compose service …'),
    dockerfile: z.exactOptional(z.string()).describe("Relative to the repository's root; absent if it is inline."),
    inline: z.exactOptional(z.string()).describe('The text of an inline Dockerfile.'),
    context: z.string().describe("Relative to the repository's root, or a URL."),
    args: z.record(z.string(), z.string().nullable()).describe("Null: taken from the builder's environment."),
    target: z.exactOptional(z.string()),
    platforms: z.array(z.string()),
    contexts: z.record(z.string(), z.string()),
    open: z
      .array(openValueSchema)
      .describe('What is not known without a run, and what decides it. All other fields hold.'),
    defaults: z
      .exactOptional(z.array(openValueSchema))
      .describe("Fields that hold unless the builder's environment sets the variable that is named."),
  })
  .describe('A build that a build definition asks for.');

export const imagesSchema = z
  .strictObject({
    schema: z.literal('base-image-gate/images/v1'),
    files: z.array(fileSchema),
    uses: z.array(useSchema),
    builds: z.array(buildSchema),
    notices: z.array(z.string()).describe('What was not found or not evaluated, in sentences for people.'),
  })
  .describe(
    'Every image that the build files of a repository name: the output of base-image-gate images --format json.',
  );

export type ImagesDocument = DeepReadonly<z.infer<typeof imagesSchema>>;
export type UseDocument = DeepReadonly<z.infer<typeof useSchema>>;
