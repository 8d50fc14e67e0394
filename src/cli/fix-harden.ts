import type { HardenedFile } from '../fix/harden/harden-file.js';
import type { LeftUse } from '../fix/pin-decisions.js';
import { visible } from '../lib/escape/visible.js';
import { ok } from '../lib/result.js';
import type { CommandIo, ExitCode } from './command.js';
import { writeAll } from './fix-files.js';
import { runLocalGate } from './local-gate.js';
import { refuse } from './refusal.js';

type Values = Parameters<typeof runLocalGate>[0] & {
  readonly write?: boolean | undefined;
  readonly diff?: boolean | undefined;
};

/** Comments in a diff stand before the files, where `git apply` passes over them. */
const COMMENT = '# ';

/**
 * `fix --harden`: rewrites build files to images that the policy allows. What was rewritten is evaluated by the gate
 * itself, pinned, and evaluated again; it is written only where nothing contradicts it.
 */
export async function fixHarden(values: Values, positionals: readonly string[], io: CommandIo): Promise<ExitCode> {
  const run = await runLocalGate(values, positionals, io);
  if (!run.ok) return refuse('fix', run.error, io);
  const { hardenRepository } = await import('../fix/harden/harden-repository.js');
  const { files, left } = await hardenRepository({
    ...run.value,
    evaluate: async (contents) => {
      const again = await runLocalGate(values, positionals, io, contents);
      return again.ok ? ok(again.value.report) : again;
    },
  });
  const write = values.write === true;
  const failed = write ? await writeAll(run.value.directory, files) : [];
  for (const { message } of failed) io.stderr(`fix: ${message}\n`);
  const unwritten = new Set(failed.map(({ path }) => path));
  const shown = files.filter(({ path }) => !unwritten.has(path));
  await show(shown, left, write ? 'written' : values.diff === true ? 'diff' : 'listed', io);
  if (left.some(({ retry }) => !retry) || (!write && shown.length > 0)) return 1;
  const unread = run.value.report.files.some(({ status }) => status === 'unreadable');
  return failed.length > 0 || unread || left.length > 0 ? 2 : 0;
}

async function show(
  files: readonly HardenedFile[],
  left: readonly LeftUse[],
  how: 'written' | 'listed' | 'diff',
  io: CommandIo,
): Promise<void> {
  const { hardenedText, leftStagesText, notesText } = await import('../fix/harden/harden-text.js');
  if (how !== 'diff') {
    io.stdout(hardenedText(files, how === 'written'));
    io.stderr(leftStagesText(left));
    return;
  }
  const { unifiedDiff } = await import('../fix/unified-diff.js');
  io.stdout(leftStagesText(left, COMMENT));
  for (const file of files) {
    const diff = unifiedDiff(file.path, file.before, file.after);
    if (diff.ok) io.stdout(`${notesText(file, COMMENT)}${diff.value}`);
    else
      io.stderr(
        `${visible(file.path)}:${diff.error} can't be shown in a diff as it is: it is not UTF-8 text, or has control characters. Use --write to rewrite this file.\n`,
      );
  }
}
