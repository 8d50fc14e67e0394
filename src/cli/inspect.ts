import { collectors } from '../evidence/collectors.js';
import type { EvidenceKind } from '../evidence/kinds.js';
import { terminal } from '../lib/escape/visible.js';
import { formatPlatform, parsePlatform } from '../references/platform.js';
import { formatReference } from '../references/reference.js';
import { paint } from '../reports/text/paint.js';
import { IMAGE_OPTIONS, readChoice } from './arguments.js';
import type { Command } from './command.js';
import { defineCommand } from './define-command.js';
import { inspectionFacts } from './inspection-facts.js';
import { inspectionRows } from './inspection-rows.js';
import { openImage } from './open-image.js';
import { refuse } from './refusal.js';

const USAGE = `Usage: base-image-gate inspect IMAGE [--format text|json] [--platform OS/ARCH]
       [--policy FILE] [--registry HOST=HOST2/PREFIX|oci-layout:DIR]… [--offline] [--trusted-root FILE]
       [--vulnerabilities DIR]

Shows what can be learnt of one image: who signed it, how old it is, and what is really in its layers (programs, packages,
rights, secrets, altered files). It evaluates nothing; check does.
Exit codes: 0 shown, 2 some of it could not be learnt, 3 wrong usage or policy.
`;

const OPTIONS = {
  format: { type: 'string' },
  platform: { type: 'string' },
  vulnerabilities: { type: 'string' },
  ...IMAGE_OPTIONS,
} as const;

const LABEL_WIDTH = 17;

/** `inspect`: all evidence on one image, on one screen or as JSON. */
export const inspect: Command = defineCommand(
  { name: 'inspect', usage: USAGE, options: OPTIONS, arguments: 1 },
  async ({ values, positionals, io, wrong }) => {
    const format = readChoice('--format', values.format, ['text', 'json'], 'text');
    if (!format.ok) return wrong(format.error);
    const platform = parsePlatform(values.platform ?? 'linux/amd64');
    if (!platform.ok) return wrong(`--platform: ${platform.error}.`);
    const [name] = positionals;
    if (name === undefined) return wrong('An IMAGE is needed.');
    const opened = await openImage(name, values, io);
    if (!opened.ok) return refuse('inspect', opened.error, io);

    const subject = opened.value.subjectOn(platform.value);
    // The collectors' keys are the kinds, which TypeScript's Object.keys forgets.
    const kinds = Object.keys(collectors) as EvidenceKind[];
    const evidence = await opened.value.evidence.collect(subject, kinds).finally(() => opened.value.close());
    const reference = formatReference(subject.reference);
    const on = formatPlatform(platform.value);
    const facts = inspectionFacts(evidence, new Date());
    if (format.value === 'json') {
      const { inspectionJson } = await import('./inspection-document.js');
      io.stdout(inspectionJson({ reference, platform: on, evidence, facts }));
    } else {
      const { bold, dim } = paint(io.color);
      const rows = inspectionRows(evidence, facts).map(
        ([label, text]) => `  ${dim(label.padEnd(LABEL_WIDTH))} ${terminal(text)}`,
      );
      io.stdout(`${[`${bold(terminal(reference))}  ${on}`, ...rows].join('\n')}\n`);
    }
    return Object.values(evidence).some(({ status }) => status === 'unavailable') ? 2 : 0;
  },
);
