import { MAX_DOCKERFILE_BYTES } from '../build-files/dockerfile/limits.js';
import type { LeftUse, PinDecisions } from '../fix/pin-decisions.js';
import type { PinnedFile } from '../fix/pin-files.js';
import { visible } from '../lib/escape/visible.js';
import type { Command, CommandIo, ExitCode } from './command.js';
import { defineCommand } from './define-command.js';
import { FIX } from './definitions.js';
import { writeAll } from './fix-files.js';
import { type LocalRun, runLocalGate } from './local-gate.js';
import { refuse } from './refusal.js';

/** `fix --pin`: writes down the digests that references were resolved to. `fix --harden`: see `fix-harden.ts`. */
export const fix: Command = defineCommand(FIX, async ({ values, positionals, io, wrong }) => {
  if (values.pin !== true && values.harden !== true) return wrong('Nothing to do; expected --pin or --harden.');
  if (values.pin === true && values.harden === true)
    return wrong('--pin and --harden exclude each other; --harden pins what it rewrites.');
  if (values.write === true && values.diff === true) return wrong('--write and --diff exclude each other.');
  if (values.harden === true) {
    const { fixHarden } = await import('./fix-harden.js');
    return await fixHarden(values, positionals, io);
  }

  const run = await runLocalGate(values, positionals, io);
  if (!run.ok) return refuse('fix', run.error, io);
  const { decidePins } = await import('../fix/pin-decisions.js');
  const decisions = decidePins(run.value.report);
  const pinned = await pinsOf(run.value, decisions);
  const write = values.write === true;
  const failed = write
    ? await writeAll(
        run.value.directory,
        pinned.files.filter((file) => file.pinned.length > 0),
      )
    : [];
  for (const { message } of failed) io.stderr(`fix: ${message}\n`);
  const how = write ? 'written' : values.diff === true ? 'diff' : 'listed';
  const unwritten = new Set(failed.map(({ path }) => path));
  await show(pinned, unwritten, run.value.report, how, io);
  return exitCode(pinned, run.value, write, failed.length > 0);
});

interface Pinned {
  readonly files: readonly PinnedFile[];
  readonly left: readonly LeftUse[];
  readonly pinnedBefore: number;
}

async function pinsOf(
  { tree, reading, report }: LocalRun,
  { wanted, left, pinnedBefore }: PinDecisions,
): Promise<Pinned> {
  const { pinFiles } = await import('../fix/pin-files.js');
  const { isOfRemoteTrigger, readAgain } = await import('../fix/read-again.js');
  const paths = [...new Set(report.uses.filter(({ id }) => wanted.has(id)).map(({ file }) => file))];
  const files = [];
  const others: LeftUse[] = [];
  for (const path of paths) {
    const uses = report.uses.filter(({ file }) => file === path);
    const content = await tree.read(path, MAX_DOCKERFILE_BYTES);
    const unreadable = content.ok
      ? report.files.find((file) => file.path === path && file.status !== 'read')?.reason
      : content.error.message;
    if (!content.ok || unreadable !== undefined) {
      const reason = `${path} can't be read as BuildKit reads it: ${unreadable ?? 'it was not read'}`;
      others.push(...uses.filter(({ id }) => wanted.has(id)).map((use) => ({ use, reason, retry: true })));
      continue;
    }
    const [elsewhere, own] = [uses.filter(isOfRemoteTrigger), uses.filter((use) => !isOfRemoteTrigger(use))];
    const reason = 'an ONBUILD trigger of the image that it builds on names it, so it is not written in this file';
    others.push(...elsewhere.filter(({ id }) => wanted.has(id)).map((use) => ({ use, reason, retry: false })));
    files.push({ path, bytes: content.value, uses: own });
  }
  const pinned = await pinFiles(files, report, wanted, readAgain(tree, reading));
  return { files: pinned, left: [...left, ...others, ...pinned.flatMap((file) => file.left)], pinnedBefore };
}

async function show(
  { files, left, pinnedBefore }: Pinned,
  unwritten: ReadonlySet<string>,
  report: LocalRun['report'],
  how: 'written' | 'listed' | 'diff',
  io: CommandIo,
) {
  const { leftText, pinsText, unverifiedText } = await import('../fix/fix-text.js');
  const { signatureOf } = await import('../fix/pin-decisions.js');
  const signature = ({ id }: LeftUse['use']) => signatureOf(id, report);
  if (how === 'diff') {
    const { unifiedDiff } = await import('../fix/unified-diff.js');
    for (const { path, before, after } of files) {
      const diff = unifiedDiff(path, before, after);
      if (diff.ok) io.stdout(diff.value);
      else
        io.stderr(
          `${visible(path)}:${diff.error} can't be shown in a diff as it is: it is not UTF-8 text, or has control characters. Use --write to pin this file.\n`,
        );
    }
    io.stderr(unverifiedText(files, signature));
  } else {
    const shown = files.filter(({ path }) => !unwritten.has(path));
    const written = how === 'written';
    io.stdout(pinsText(shown, { written, notWritten: unwritten.size, left: left.length, pinnedBefore, signature }));
  }
  if (left.length > 0) io.stderr(leftText(left));
}

function exitCode({ files, left }: Pinned, { report }: LocalRun, written: boolean, failed: boolean): ExitCode {
  if (left.some(({ retry }) => !retry)) return 1;
  if (!written && files.some(({ pinned }) => pinned.length > 0)) return 1;
  const unread = report.files.some(({ status }) => status === 'unreadable');
  return failed || unread || left.length > 0 ? 2 : 0;
}
