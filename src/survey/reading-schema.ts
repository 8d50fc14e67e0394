import { z } from 'zod';
import type { DeepReadonly } from '../lib/collections.js';
import { rangeFields, useSchema } from '../reports/images-document.js';

/**
 * What was read of a repository, as it is kept between the runs of a survey. It is what the reader of build files
 * returned, and is checked when it is read again, since the directory is untrusted.
 */
const text = z.string();
const line = z.int().min(1);
const index = z.int().min(0);
const texts = z.array(text);

const expanded = z.strictObject({
  expanded: z.exactOptional(text),
  variables: z.exactOptional(z.record(text, text.nullable())),
});

const instruction = z.strictObject({
  ...rangeFields,
  ...expanded.shape,
  keyword: text,
  text,
  givenBy: z.exactOptional(texts),
  otherwise: z.exactOptional(z.array(expanded)),
  flags: z.exactOptional(texts),
  json: z.exactOptional(texts),
  heredocs: z.exactOptional(z.array(z.strictObject({ name: text, body: text }))),
});

const base = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('image'), use: text }),
  z.strictObject({ kind: z.literal('stage'), index }),
  z.strictObject({ kind: z.literal('scratch') }),
  z.strictObject({ kind: z.literal('unknown'), reason: text }),
]);

const stage = z.strictObject({
  ...rangeFields,
  file: text,
  index,
  name: text.nullable(),
  base,
  otherBases: z.exactOptional(z.array(base)),
  ships: z.boolean(),
  target: z.boolean(),
  reachable: z.boolean(),
  copiesFrom: z.array(index),
  usesFrom: texts,
  instructions: z.array(instruction),
});

const platform = z.strictObject({
  os: text,
  architecture: text,
  variant: z.exactOptional(text),
  osVersion: z.exactOptional(text),
});

const use = z.strictObject({
  ...useSchema.shape,
  platform: platform.nullable(),
  targetPlatforms: z.array(platform),
  assumesPlatform: z.exactOptional(z.literal(true)),
  definedAt: z.exactOptional(z.strictObject(rangeFields)),
});

const file = z.strictObject({
  path: text,
  status: z.enum(['read', 'unreadable', 'skipped']),
  reason: z.exactOptional(text),
  line: z.exactOptional(line),
  recoded: z.exactOptional(z.literal(true)),
  frontend: z.exactOptional(text),
  isDefinition: z.exactOptional(z.literal(true)),
  isUnreferenced: z.exactOptional(z.literal(true)),
});

/** A build that was seen and not read, or a build file that could not be. */
const unread = z.strictObject({ path: text, line: z.exactOptional(line), what: text });

export const readingSchema = z.strictObject({
  key: text,
  files: z.array(file),
  uses: z.array(use),
  stages: z.array(stage),
  unread: z.array(unread),
  owners: z.record(text, texts),
  /** A limit kept owners out. */
  ownersCut: z.exactOptional(z.literal(true)),
});

/** What was read of a repository at a commit. */
export type RepositoryReading = DeepReadonly<z.infer<typeof readingSchema>>;
