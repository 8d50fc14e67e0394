import { z } from 'zod';
import type { ImageConfiguration } from '../../image-content/configuration.js';
import { err, ok, type Result } from '../../lib/result.js';
import { misspelt, parseStrictJson } from '../../lib/strict-json.js';
import { shown } from '../../lib/text.js';
import { isDigest } from '../../references/reference.js';
import { BUILDER_OS } from './choose-platform.js';
import { type DocumentFault, malformed } from './document-fault.js';

/** Go reads null in place of a string as an empty one. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const words = z
  .array(text)
  .nullish()
  .transform((value) => value ?? []);
/** Docker has always read a single string where a list is meant. @see https://github.com/moby/moby/blob/master/api/types/strslice/strslice.go */
const wordsOrWord = z
  .union([z.string(), z.array(text)])
  .nullish()
  .transform((value) => (typeof value === 'string' ? [value] : (value ?? [])));
/** A Go `map[string]struct{}`: its keys are the set. */
const set = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => Object.keys(value ?? {}));

const EMPTY_CONFIG = {};

const execution = z.object({
  User: text,
  Env: words,
  Entrypoint: wordsOrWord,
  Cmd: wordsOrWord,
  Shell: wordsOrWord,
  WorkingDir: text,
  ExposedPorts: set,
  Volumes: set,
  Labels: z
    .record(z.string(), text)
    .nullish()
    .transform((value) => value ?? {}),
  OnBuild: words,
  Healthcheck: z.object({ Test: wordsOrWord }).nullish(),
});

const document = z.object({
  os: text,
  architecture: text,
  variant: text,
  created: text,
  config: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((value) => value ?? EMPTY_CONFIG)
    .pipe(execution),
  history: z.unknown().optional(),
  rootfs: z.object({ diff_ids: z.array(z.string().refine(isDigest, 'is not a digest')).nullish() }),
});

/** Fields whose texts are read by themselves, or are digests. */
const KNOWN = new Set(['rootfs', 'history', 'Env', 'Entrypoint', 'Cmd', 'Labels', 'OnBuild', 'Healthcheck']);

/** Shorter texts are names, numbers and words. */
const MIN_TEXT = 16;

const KEYS = ['os', 'architecture', 'variant', 'created', 'config', 'rootfs'];

/**
 * Reads an image configuration of OCI or Docker. What a runtime would read differently (doubled keys, keys that differ
 * in case only) is refused, since rules answer for the user and the command that will run.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/config.md
 */
export function readConfiguration(bytes: Uint8Array): Result<ImageConfiguration, DocumentFault> {
  const json = parseStrictJson(bytes);
  if (!json.ok) return err(malformed(json.error));
  if (typeof json.value !== 'object' || json.value === null) return err(malformed('it is not a JSON object'));
  const spelling = findMisspelling(json.value);
  if (spelling !== undefined)
    return err(malformed(`its key ${shown(spelling)} differs only in case from a key of the format`));
  const parsed = document.safeParse(json.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return err(malformed(`its ${shown(issue?.path.join('.') || 'content')} is invalid (${issue?.message})`));
  }
  const { config, rootfs, os, architecture, variant, created } = parsed.data;
  const history = textsIn(parsed.data.history);
  const otherTexts = textsIn(json.value).filter((text) => text.length >= MIN_TEXT);
  return ok({
    os: os || BUILDER_OS,
    architecture,
    ...(variant === '' ? {} : { variant }),
    ...(created === '' ? {} : { created }),
    user: config.User,
    env: config.Env,
    entrypoint: config.Entrypoint,
    cmd: config.Cmd,
    shell: config.Shell,
    workingDir: config.WorkingDir,
    exposedPorts: config.ExposedPorts,
    volumes: config.Volumes,
    labels: config.Labels,
    onBuild: config.OnBuild,
    diffIds: rootfs.diff_ids ?? [],
    healthcheck: isHealthcheck(config.Healthcheck?.Test ?? []),
    ...(config.Healthcheck?.Test === undefined ? {} : { healthcheckTest: config.Healthcheck.Test }),
    ...(history.length === 0 ? {} : { history }),
    ...(otherTexts.length === 0 ? {} : { otherTexts }),
  });
}

/** All texts in a value, names of fields among them; without those of `KNOWN` fields. */
function textsIn(value: unknown): readonly string[] {
  const found: string[] = [];
  const all: unknown[] = [value];
  for (const next of all) {
    if (typeof next === 'string') found.push(next);
    else if (Array.isArray(next)) all.push(...next);
    else if (typeof next === 'object' && next !== null)
      for (const [name, inner] of Object.entries(next)) if (!KNOWN.has(name)) all.push(name, inner);
  }
  return found;
}

/** `["NONE"]` switches a check off, an empty list inherits; both mean that the image itself has none. */
function isHealthcheck(test: readonly string[]): boolean {
  return test.length > 0 && test[0] !== 'NONE';
}

function findMisspelling(value: object): string | undefined {
  const own = misspelt(value, KEYS);
  if (own !== undefined || !('config' in value)) return own;
  return typeof value.config === 'object' && value.config !== null
    ? misspelt(value.config, Object.keys(execution.shape))
    : undefined;
}
