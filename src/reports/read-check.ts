import { z } from 'zod';
import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import { plural } from '../lib/text.js';
import { checkSchema, imageSchema } from './check-document.js';
import type { Report } from './report.js';

/** A report of a large monorepo is a few megabytes long. */
const MAX_CHECK_CHARACTERS = 16 * 1024 * 1024;

export interface ReadCheckError {
  readonly code: 'too-long' | 'not-json' | 'not-a-report';
  readonly message: string;
  readonly fix: string;
}

/** Evidence may nest as deep as a stranger likes, and nothing is rendered from it: it is not looked at. */
const readSchema = checkSchema.extend({
  images: z.array(imageSchema.extend({ evidence: z.unknown() })),
});

/**
 * A report as `checkJson` wrote it, perhaps by somebody else's run: everything is checked against the published shape,
 * and nothing in it is believed but as text to show. Evidence, stages and the policy's path are not part of it.
 */
export function readCheck(text: string): Result<Report, ReadCheckError> {
  const fix = 'Upload the file that the output report-json names, unchanged, from the same version of the gate.';
  if (text.length > MAX_CHECK_CHARACTERS) {
    const message = `The report has ${plural(text.length, 'character')}; at most ${plural(MAX_CHECK_CHARACTERS, 'character')} are read.`;
    return err({ code: 'too-long', message, fix });
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return err({ code: 'not-json', message: 'The report is not JSON.', fix });
  }
  const read = readSchema.safeParse(parsed);
  if (!read.success) {
    const [issue] = read.error.issues;
    const place = issue === undefined || issue.path.length === 0 ? 'its top' : issue.path.map(String).join('.');
    const message = `The report does not have the shape of base-image-gate/check/v1, at ${place}: ${issue?.message ?? ''}`;
    return err({ code: 'not-a-report', message, fix });
  }
  const { schema: _schema, policy, images, ...rest } = read.data;
  const { source, commit, extends: bases = [], ...evaluated } = policy;
  return ok({
    ...rest,
    policy: { ...evaluated, source: { name: source, ...optionalField('commit', commit), extends: bases } },
    images: images.map((image) => ({ ...image, evidence: {} })),
    stages: [],
  });
}
