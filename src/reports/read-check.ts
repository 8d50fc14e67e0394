import { z } from 'zod';
import { placeOf } from '../build-files/image-use.js';
import { optionalField } from '../lib/collections.js';
import type { Failure } from '../lib/failure.js';
import { err, ok, type Result } from '../lib/result.js';
import { plural } from '../lib/text.js';
import { readablePlatforms } from '../references/platform.js';
import type { Answer } from '../rules/answer.js';
import { checkSchema, imageSchema } from './check-document.js';
import { detailsOfAnswers } from './finding-details.js';
import type { Report } from './report.js';

/** A report of a large monorepo is a few megabytes long. */
const MAX_CHECK_CHARACTERS = 16 * 1024 * 1024;
/** An answer about an image stands once in the document and here once per use, so that a short text could ask for billions. */
const MAX_ANSWERS = 500_000;

export type ReadCheckError = Failure<'too-long' | 'not-json' | 'not-a-report'>;

/** Evidence may nest as deep as its author likes, and nothing is rendered from it: it is not read. */
const readSchema = checkSchema.extend({
  images: z.array(imageSchema.extend({ evidence: z.unknown() })),
});
type ReadDocument = z.infer<typeof readSchema>;

/**
 * A report as `checkJson` wrote it, perhaps by an untrusted run: everything is checked against the published shape,
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
    const message = `The report does not have the shape of base-image-gate/check/v2, at ${place}: ${issue?.message ?? ''}`;
    return err({ code: 'not-a-report', message, fix });
  }
  const answers = answersOf(read.data);
  if (answers === null) {
    const message = `The report has more than ${plural(MAX_ANSWERS, 'answer')}.`;
    return err({ code: 'too-long', message, fix });
  }
  const { schema: _schema, policy, images, waivers, uses, findings, ...rest } = read.data;
  const detailsOf = detailsOfAnswers(answers);
  const { source, commit, extends: bases = [], ...evaluated } = policy;
  return ok({
    ...rest,
    policy: { ...evaluated, source: { name: source, ...optionalField('commit', commit), extends: bases } },
    uses: uses.map(({ images: _images, platform, targetPlatforms, ...use }) => ({
      ...use,
      platform: (platform === null ? undefined : readablePlatforms([platform])[0]) ?? null,
      targetPlatforms: readablePlatforms(targetPlatforms),
    })),
    images: images.map(({ answers: _answers, ...image }) => ({ ...image, evidence: {} })),
    answers,
    findings: findings.map((finding) => ({ ...optionalField('details', detailsOf(finding)), ...finding })),
    waivers: waivers.map(({ location, ...waiver }) => ({ ...waiver, ...optionalField('at', location) })),
    stages: [],
  });
}

/** Every answer for every use that it holds for, those about images after the others; null where there are too many. */
function answersOf({ answers, images, uses }: ReadDocument): readonly Answer[] | null {
  const all: Answer[] = [...answers];
  const byId = new Map(
    images.map(({ id, platform, answers: own }) => {
      const shared = own.map(({ uses: ids, ...answer }) => ({ answer, holdsFor: ids && new Set(ids) }));
      return [id, { platform, shared }];
    }),
  );
  let looked = all.length;
  for (const use of uses) {
    for (const id of new Set(use.images)) {
      const image = byId.get(id);
      if (image === undefined) continue;
      looked += image.shared.length;
      if (looked > MAX_ANSWERS) return null;
      for (const { answer, holdsFor } of image.shared) {
        if (holdsFor?.has(use.id) === false) continue;
        const location = answer.location ?? placeOf(use);
        all.push({ ...answer, use: use.id, image: id, platform: image.platform, location });
      }
    }
  }
  return all;
}
