import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf } from '../lib/caught.js';
import { err, ok, type Result } from '../lib/result.js';
import { type SurveyDocument, surveySchema } from '../survey/document.js';
import { mergeSurveys, type SurveyPart } from '../survey/merge.js';
import type { Command, CommandIo } from './command.js';
import { defineCommand } from './define-command.js';
import { SURVEY_MERGE } from './definitions.js';
import { writeSurvey } from './survey-output.js';

/** `survey merge DIR…`: the surveys of shards as the survey of all. */
export const surveyMerge: Command = defineCommand(SURVEY_MERGE, async ({ values, positionals, io, wrong }) => {
  if (values.output === undefined) return wrong('--output DIR is missing.');
  if (positionals.length === 0) return wrong('DIR… is missing: the directories of the surveys to merge.');
  const parts: SurveyPart[] = [];
  for (const name of positionals) {
    const document = await readSurvey(join(name, 'survey.json'), io);
    if (!document.ok) return wrong(document.error);
    parts.push({ name, document: document.value });
  }
  const merged = mergeSurveys(parts);
  if (!merged.ok) return wrong(merged.error);
  const isWritten = await writeSurvey(merged.value, values.output, io);
  return isWritten && merged.value.complete ? 0 : 2;
});

/** Reads a survey. Fails with a sentence. */
export async function readSurvey(path: string, io: Pick<CommandIo, 'cwd'>): Promise<Result<SurveyDocument, string>> {
  try {
    const data: unknown = JSON.parse(await readFile(resolve(io.cwd, path), 'utf8'));
    const read = surveySchema.safeParse(data);
    return read.success ? ok(read.data) : err(`${path} is no survey of this version of base-image-gate.`);
  } catch (error) {
    return err(`${path} can't be read: ${messageOf(error)}.`);
  }
}
