import type { EvidenceCollection } from '../evidence/collect.js';
import type { ImageSubject } from '../evidence/collector.js';
import { terminal } from '../lib/escape/visible.js';
import { DEFAULT_PLATFORM, formatPlatform } from '../references/platform.js';
import type { Outcome } from '../rules/rule.js';
import { evaluateSignature } from '../rules/signature-verified.js';
import { readPlatforms } from './arguments.js';
import type { Command, CommandIo, ExitCode } from './command.js';
import { defineCommand } from './define-command.js';
import { VERIFY } from './definitions.js';
import { givenEntry } from './given-entry.js';
import { openImage } from './open-image.js';
import { refuse } from './refusal.js';

/** `verify`: the signatures of one image, on each requested platform. */
export const verify: Command = defineCommand(VERIFY, async ({ values, positionals, io, wrong }) => {
  const [text = ''] = positionals;
  const platforms = readPlatforms(values.platform, [DEFAULT_PLATFORM]);
  if (!platforms.ok) return wrong(platforms.error);
  const given = await givenEntry(values, text, io);
  if (!given.ok) return given.error.kind === 'usage' ? wrong(given.error.message) : refuse('verify', given.error, io);
  if (typeof given.value === 'string') {
    io.stdout(`${terminal(given.value)}\n`);
    return 1;
  }

  const image = await openImage(text, values, io, given.value);
  if (!image.ok) return refuse('verify', image.error, io);
  const { evidence, subjectOn, close } = image.value;
  const answers = platforms.value.map((platform) => answer(subjectOn(platform), evidence, io));
  const outcomes = await Promise.all(answers).finally(close);
  return exitCode(outcomes);
});

async function answer(subject: ImageSubject, evidence: EvidenceCollection, io: CommandIo): Promise<Outcome> {
  const collected = await evidence.collect(subject, ['image', 'signatures']);
  const result = evaluateSignature({
    verifiedBy: subject.verifiedBy,
    reference: subject.reference,
    evidence: collected,
  });
  const lines = [
    `${formatPlatform(subject.platform)}: ${result.outcome}. ${result.message}`,
    ...(result.details ?? []).map((line) => `  ${line}`),
  ];
  if (result.fix !== undefined) lines.push(`  ${result.fix}`);
  io.stdout(`${lines.map(terminal).join('\n')}\n`);
  const { signatures } = collected;
  for (const { note } of signatures?.status === 'present' ? signatures.value.roots : [])
    if (note !== undefined) io.stderr(`${note}\n`);
  return result.outcome;
}

/** What a policy lets through without a signature is not verified: scripts go by 0. */
function exitCode(outcomes: readonly Outcome[]): ExitCode {
  if (outcomes.some((outcome) => outcome === 'fail' || outcome === 'not-applicable')) return 1;
  return outcomes.every((outcome) => outcome === 'pass') ? 0 : 2;
}
