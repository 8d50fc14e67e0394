import { z } from 'zod';
import type { Build } from '../../../src/build-files/build.js';

/** What bake-print answers of one target; what is empty is left out. */
export const bakeBuildSchema = z.object({
  context: z.string(),
  dockerfile: z.string().optional(),
  inline: z.string().optional(),
  target: z.string().optional(),
  args: z.record(z.string(), z.string()).optional(),
  contexts: z.record(z.string(), z.string()).optional(),
  platforms: z.array(z.string()).optional(),
  linked: z.boolean().optional(),
});

/** What bake-print answers of a definition: its builds, or why it refuses it. */
export const bakeAnswerSchema = z.union([
  z.object({ error: z.string() }),
  z.object({ builds: z.record(z.string(), bakeBuildSchema) }),
]);

export type BakeAnswer = z.infer<typeof bakeAnswerSchema>;
type BakeBuild = z.infer<typeof bakeBuildSchema>;

/** The fields of a build in which ours and bake's differ; those that are open count for nothing. */
export function differences(build: Build, answer: BakeBuild): readonly string[] {
  const open = new Set(build.open.flatMap(({ field }) => [field, field.split('.')[0] ?? '']));
  const ours: Record<string, unknown> = {
    context: build.context,
    dockerfile: build.dockerfile,
    inline: build.inline,
    target: build.target,
    args: build.args,
    contexts: build.contexts,
    platforms: build.platforms,
  };
  const theirs: Record<string, unknown> = {
    context: answer.context,
    dockerfile: answer.dockerfile,
    inline: answer.inline,
    target: answer.target,
    args: answer.args ?? {},
    contexts: answer.contexts ?? {},
    platforms: answer.platforms ?? [],
  };
  return Object.keys(ours)
    .filter((field) => !open.has(field) && canonical(ours[field]) !== canonical(theirs[field]))
    .map((field) => `${field}: ${canonical(ours[field])} instead of ${canonical(theirs[field])}`);
}

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value) ?? 'nothing';
  return JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));
}
