import { collectors } from '../evidence/collectors.js';
import type { EvidenceKind } from '../evidence/kinds.js';
import { terminal } from '../lib/escape/visible.js';
import { formatPlatform } from '../references/platform.js';
import { formatReference } from '../references/reference.js';
import { inspectionFacts } from '../reports/inspection-facts.js';
import { inspectionRows } from '../reports/inspection-rows.js';
import { paint } from '../reports/text/paint.js';
import { readPlatform } from './arguments.js';
import type { Command } from './command.js';
import { defineCommand } from './define-command.js';
import { INSPECT } from './definitions.js';
import { openImage } from './open-image.js';
import { refuse } from './refusal.js';
import { writeOutput } from './write-output.js';

const LABEL_WIDTH = 17;

/** `inspect`: all evidence on one image, on one screen or as JSON. */
export const inspect: Command = defineCommand(INSPECT, async ({ values, positionals, io, wrong }) => {
  const platform = readPlatform(values.platform);
  if (!platform.ok) return wrong(platform.error);
  const [name = ''] = positionals;
  const opened = await openImage(name, values, io);
  if (!opened.ok) return refuse('inspect', opened.error, io);

  const subject = opened.value.subjectOn(platform.value);
  // The collectors' keys are the kinds, which TypeScript's Object.keys forgets.
  const kinds = Object.keys(collectors) as EvidenceKind[];
  const evidence = await opened.value.evidence.collect(subject, kinds).finally(() => opened.value.close());
  const reference = formatReference(subject.reference);
  const on = formatPlatform(platform.value);
  const facts = inspectionFacts(evidence, new Date());
  let text: string;
  if (values.format === 'json') {
    const { inspectionJson } = await import('./inspection-document.js');
    text = inspectionJson({ reference, platform: on, evidence, facts });
  } else {
    const { bold, dim } = paint(io.color && values.output === undefined);
    const rows = inspectionRows(evidence, facts).map(
      ([label, text]) => `  ${dim(label.padEnd(LABEL_WIDTH))} ${terminal(text)}`,
    );
    text = `${[`${bold(terminal(reference))}  ${on}`, ...rows].join('\n')}\n`;
  }
  if (!(await writeOutput(text, values.output, io))) return 2;
  return Object.values(evidence).some(({ status }) => status === 'unavailable') ? 2 : 0;
});
