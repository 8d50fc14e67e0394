import { join } from 'node:path';
import { jsonLines } from '../lib/escape/json.js';
import type { SurveyDocument } from '../survey/document.js';
import { surveyHtml } from '../survey/html.js';
import { surveyMarkdown } from '../survey/markdown.js';
import type { CommandIo } from './command.js';
import { writeOutput } from './write-output.js';

/** Writes a survey to a directory, in every form; returns whether it could be written. */
export async function writeSurvey(document: SurveyDocument, directory: string, io: CommandIo): Promise<boolean> {
  const forms: readonly (readonly [string, Iterable<string>])[] = [
    ['survey.json', jsonLines(document)],
    ['survey.md', [surveyMarkdown(document)]],
    ['survey.html', surveyHtml(document)],
  ];
  for (const [name, pieces] of forms) if (!(await writeOutput(pieces, join(directory, name), io))) return false;
  const { headline } = await import('../survey/sections.js');
  io.stdout(`${headline(document)}\n`);
  return true;
}
